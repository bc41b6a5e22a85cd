package stream

import (
	"cmp"
	"slices"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// index is where in the stream the rows are. Their values stay there, and once the inputs of a slice are looked up their keys
// do, too: what is left is a few bytes for each stretch of rows that stand one behind the other.
type index struct {
	rows    []ref   // 48 bytes each
	full    [][]ref // those before them, until settle
	runs    []stretch
	crashes map[logbook.Key]logbook.Crashes
}

// ref is a row, and where it is.
type ref struct {
	place int64
	key   logbook.Key
	seq   uint64 // of its message
	at    uint32 // in the body of that
	next  uint32 // behind it there: where the next one is
	state uint8
}

// block is how many rows are together until all are there: one slice that grows is copied over and over.
const block = 1 << 14

// add takes the rows of a message, in the order of the stream.
func (x *index) add(seq uint64, body []byte) error {
	return eachRow(body, func(r row) {
		if r.state == stateCrashed {
			if c := r.crashes(); c.Crashes > 0 {
				x.crashes[r.key] = c
			}
			return
		}
		if len(x.crashes) > 0 && r.settles() {
			delete(x.crashes, r.key)
		}
		if len(x.rows) == cap(x.rows) {
			x.full, x.rows = append(x.full, x.rows), make([]ref, 0, block)
		}
		x.rows = append(x.rows, ref{r.place, r.key, seq, uint32(r.at), uint32(r.next), uint8(r.state)})
	})
}

func byPlace(a, b ref) int { return cmp.Compare(a.place, b.place) }

// settle leaves the row of each place that counts: the last one, but a success is never replaced.
func (x *index) settle() {
	x.rows, x.full = slices.Concat(append(x.full, x.rows)...), nil
	if !slices.IsSortedFunc(x.rows, byPlace) {
		slices.SortStableFunc(x.rows, byPlace)
	}
	left := x.rows[:0]
	for i := 0; i < len(x.rows); {
		one := x.rows[i]
		for i++; i < len(x.rows) && x.rows[i].place == one.place; i++ {
			if next := x.rows[i]; !(one.state == record.Succeeded && next.state != record.Succeeded && next.key == one.key) {
				one = next
			}
		}
		if one.state != stateReturned {
			left = append(left, one)
		}
	}
	x.rows = left
}

// stretch is rows of a message, one behind the other there as their places are.
type stretch struct {
	place int64 // of the first
	seq   uint64
	at    uint32 // the first
	n     uint32
}

// shrink forgets the keys: nothing is scanned any more.
func (x *index) shrink() {
	for i, r := range x.rows {
		if last := len(x.runs) - 1; last >= 0 {
			s := &x.runs[last]
			if s.seq == r.seq && s.place+int64(s.n) == r.place && x.rows[i-1].next == r.at {
				s.n++
				continue
			}
		}
		x.runs = append(x.runs, stretch{r.place, r.seq, r.at, 1})
	}
	x.runs = slices.Clip(x.runs)
	x.rows = nil
}

// of is where the row of a place is: skip rows behind one that stands at a place of a message.
func (x *index) of(place int64) (seq uint64, at, skip int, ok bool) {
	if x.rows != nil {
		i, ok := slices.BinarySearchFunc(x.rows, place, func(r ref, place int64) int { return cmp.Compare(r.place, place) })
		if !ok {
			return 0, 0, 0, false
		}
		return x.rows[i].seq, int(x.rows[i].at), 0, true
	}
	i, ok := slices.BinarySearchFunc(x.runs, place, func(s stretch, place int64) int { return cmp.Compare(s.place, place) })
	if !ok {
		i--
	}
	if i < 0 || place-x.runs[i].place >= int64(x.runs[i].n) {
		return 0, 0, 0, false
	}
	return x.runs[i].seq, int(x.runs[i].at), int(place - x.runs[i].place), true
}

// page is how many rows are scanned at a time.
const page = 4096

// scan is that of a record.Lookup.
func (x *index) scan(from int64, each func(record.Found)) (next int64, more bool, err error) {
	i, _ := slices.BinarySearchFunc(x.rows, from, func(r ref, from int64) int { return cmp.Compare(r.place, from) })
	rows := x.rows[i:min(i+page, len(x.rows))]
	next = from
	for _, r := range rows {
		each(record.Found{Place: r.place, Key: r.key, State: int64(r.state)})
		next = r.place + 1
	}
	return next, len(rows) == page, nil
}
