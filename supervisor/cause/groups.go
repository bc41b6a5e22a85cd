package cause

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/longshore-go/longshore/internal/show"
)

// Groups counts failures by their cause. The zero value is ready for use, and must not be
// copied after that. Its methods are safe for concurrent use and return at once.
type Groups struct {
	// Limit is how many causes are told apart. Failures of further ones count as others.
	// Zero means 100.
	Limit int
	// Samples is how many inputs of each group are remembered. Zero means 3.
	Samples int

	mu     sync.Mutex
	groups map[string]*Group
	total  int
	others int
}

const (
	defaultLimit   = 100
	defaultSamples = 3
	exampleLength  = 500
)

// Group is the failures of one cause.
type Group struct {
	Cause
	Count   int
	First   time.Time // when it was seen
	Last    time.Time
	Example string   // what the first of them said, 500 characters at most
	Samples []Sample // the first ones, each of another input
}

// Sample says which input it was. Input is negative where no input is meant.
type Sample struct {
	Run     uint64
	Input   int
	Attempt int
}

// Add counts a failure that was seen at that time, and returns its cause. A nil err does not
// count.
func (g *Groups) Add(err error, at time.Time, of Sample) Cause {
	if err == nil {
		return Cause{}
	}
	c, example := Of(err), ""
	if g.lacks(c) {
		example = Clean(show.Error(err, cleaned*exampleLength), exampleLength)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total++
	group := g.group(c, example, at)
	if group == nil {
		g.others++
		return c
	}
	group.Count++
	if at.After(group.Last) {
		group.Last = at
	}
	if len(group.Samples) < cmp.Or(g.Samples, defaultSamples) && !slices.ContainsFunc(group.Samples, of.same) {
		group.Samples = append(group.Samples, of)
	}
	return c
}

// same reports another sample of the same input. Where no input is meant one is enough.
func (s Sample) same(other Sample) bool { return s.Run == other.Run && s.Input == other.Input }

// lacks reports that there is no group of c yet.
func (g *Groups) lacks(c Cause) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.groups[c.Key] == nil
}

// group returns the group of c, nil where there is no room for another one.
func (g *Groups) group(c Cause, example string, at time.Time) *Group {
	group := g.groups[c.Key]
	if group == nil && len(g.groups) < cmp.Or(g.Limit, defaultLimit) {
		if g.groups == nil {
			g.groups = map[string]*Group{}
		}
		group = &Group{Cause: c, First: at, Last: at, Example: example}
		g.groups[c.Key] = group
	}
	return group
}

// All returns the groups, the greatest first, and of equals the one that was first.
func (g *Groups) All() []Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]Group, 0, len(g.groups))
	for _, group := range g.groups {
		copied := *group
		copied.Samples = slices.Clone(group.Samples)
		all = append(all, copied)
	}
	slices.SortFunc(all, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), a.First.Compare(b.First), cmp.Compare(a.Key, b.Key))
	})
	return all
}

// Total is how many failures there were. Others is how many of them are in no group, for there were too
// many causes.
func (g *Groups) Total() (total, others int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.total, g.others
}
