package history

import (
	"cmp"
	"slices"
	"strings"
)

// Order is what functions and runs are sorted by, the other way round with a minus before it. Empty is the
// order of triage: see row.compare.
type Order string

// orders is by what: names from A, numbers from the largest, times from the latest.
var orders = map[Order]func(a, b Run) int{
	"name":       func(a, b Run) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
	"succeeded":  func(a, b Run) int { return cmp.Compare(b.Counts.Succeeded, a.Counts.Succeeded) },
	"failed":     func(a, b Run) int { return cmp.Compare(b.Counts.Failed, a.Counts.Failed) },
	"retrying":   func(a, b Run) int { return cmp.Compare(b.Counts.Retrying, a.Counts.Retrying) },
	"rate":       func(a, b Run) int { return cmp.Compare(b.Rate, a.Rate) },
	"containers": func(a, b Run) int { return cmp.Compare(b.OwnContainers, a.OwnContainers) },
	"crashes":    func(a, b Run) int { return cmp.Compare(b.OwnCrashes, a.OwnCrashes) },
	"started":    func(a, b Run) int { return b.Started.Compare(a.Started) },
}

// Orders are all that there are, either way round.
func Orders() (all []Order) {
	for o := range orders {
		all = append(all, o, o.Reverse())
	}
	slices.Sort(all)
	return all
}

// Known reports that runs can be sorted by it.
func (o Order) Known() bool { return orders[o.forward()] != nil }

// Reverse is the other way round.
func (o Order) Reverse() Order {
	if o.Backward() {
		return o.forward()
	}
	return "-" + o
}

// Backward reports that it has a minus.
func (o Order) Backward() bool { return strings.HasPrefix(string(o), "-") }

func (o Order) forward() Order { return Order(strings.TrimPrefix(string(o), "-")) }

// sort sorts what is in the order of triage, and leaves it in that where it makes no difference.
func (o Order) sort(all []Run) {
	by := orders[o.forward()]
	if by == nil {
		return
	}
	slices.SortStableFunc(all, func(a, b Run) int {
		if o.Backward() {
			return by(b, a)
		}
		return by(a, b)
	})
}
