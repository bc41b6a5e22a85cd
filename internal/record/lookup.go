package record

import (
	"context"
	"sync"

	"github.com/longshore-go/longshore/internal/logbook"
)

// How the inputs of a life are found among the rows of those before it.

// The states of a row.
const (
	Succeeded = 0
	Failed    = 1
	Begun     = 2 // with AtMostOnce
)

// First is the place before all others.
const First = -1 << 63

// Found is a row, as far as it matters here.
type Found struct {
	Place int64
	Key   logbook.Key
	State int64
}

// Lookup finds the rows of inputs. What is exported is set before it is used. It is safe for concurrent use, but that
// Place, Plain and Strays are called under Lock, which guards it.
type Lookup struct {
	Keys       *Keyer
	KeepFailed bool
	AtMostOnce bool
	Lock       sync.Locker
	// Scan calls each for the rows from a place on, in the order of their places, at most some thousand, and returns where
	// to go on and whether there are more. It is called under Lock.
	Scan func(from int64, each func(Found)) (next int64, more bool, err error)

	places places
	odd    map[int]struct{} // inputs whose row is no success
	ahead  ahead
	rows   int // that Resume has seen
}

// Place is where the row of input i is, or is to be.
func (l *Lookup) Place(i int) int64 { return l.places.of(i) }

// Seen is how many rows Resume has seen, and how many of them are no input's. Nothing else uses the lookup yet.
func (l *Lookup) Seen() (rows, strays int) {
	for i := range l.places.strays {
		if !l.places.strays[i].claimed {
			strays++
		}
	}
	return l.rows, strays
}

// Plain is how many of the n known inputs from lo on have succeeded before the first that has not.
func (l *Lookup) Plain(lo, n int) int {
	for k := range n {
		if _, odd := l.odd[lo+k]; odd {
			return k
		}
	}
	return n
}

// isKnown reports that input i, with a row in that state, is not to be executed.
func (l *Lookup) isKnown(i int, state int64) bool {
	if state == Succeeded {
		return true
	}
	if l.odd == nil {
		l.odd = map[int]struct{}{}
	}
	l.odd[i] = struct{}{}
	switch state {
	case Failed:
		return l.KeepFailed || l.AtMostOnce
	case Begun:
		return l.AtMostOnce
	default:
		return false
	}
}

// Resume is that of logbook.Log. First each row is compared with the input at its index. Only
// what does not agree there is looked for by its key. The error is that of Scan, or the end of ctx.
func (l *Lookup) Resume(ctx context.Context, total int, inputs func(lo, hi int) any, known func(i int)) error {
	settled := newBits(total)
	var rows, odd []Found
	for from, more := int64(First), true; more; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rows = rows[:0]
		var err error
		l.Lock.Lock()
		from, more, err = l.Scan(from, func(r Found) { rows = append(rows, r) })
		l.Lock.Unlock()
		if err != nil {
			return err
		}
		l.rows += len(rows)
		l.compare(rows, total, inputs, func(r Found) {
			if r.State != Succeeded {
				odd = append(odd, r)
				return
			}
			settled.set(int(r.Place))
			known(int(r.Place))
		})
	}
	if len(l.places.strays) == 0 {
		for _, r := range odd {
			if l.isKnown(int(r.Place), r.State) {
				known(int(r.Place))
			}
		}
		return nil
	}
	for _, r := range odd { // an equal input may have succeeded elsewhere
		l.places.add(r)
	}
	l.places.sort()
	for lo := 0; lo < total; lo++ {
		if lo%often == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if settled.get(lo) {
			continue
		}
		if key, ok := l.keyOf(inputs(lo, lo+1)); ok {
			if state, ok := l.places.claim(lo, key); ok && l.isKnown(lo, state) {
				known(lo)
			}
		}
	}
	return nil
}

// often is after how many inputs it is asked whether the run has ended.
const often = 1024

// compare tells of the rows that are at the index of their input. The others are strays.
func (l *Lookup) compare(rows []Found, total int, inputs func(lo, hi int) any, agrees func(Found)) {
	for len(rows) > 0 {
		n := 1 // rows that follow one another
		for n < len(rows) && rows[n].Place == rows[0].Place+int64(n) {
			n++
		}
		lo := rows[0].Place
		hi := min(lo+int64(n), int64(total))
		var keys []logbook.Key
		if lo >= 0 && lo < hi {
			keys = l.keysOf(inputs(int(lo), int(hi)), int(hi-lo))
		}
		for k, r := range rows[:n] {
			if k < len(keys) && keys[k] == r.Key {
				agrees(r)
			} else {
				l.places.add(r)
			}
		}
		rows = rows[n:]
	}
}

// keysOf are the keys of n inputs, those of what has none being zero.
func (l *Lookup) keysOf(inputs any, n int) []logbook.Key {
	keys := make([]logbook.Key, n)
	if done, err := l.Keys.Keys(inputs, keys); err == nil {
		return keys
	} else {
		return keys[:done] // those behind it are looked for by their keys
	}
}

// keyOf is that of the one input of a slice. Why there is none is said when it is to execute.
func (l *Lookup) keyOf(input any) (key logbook.Key, ok bool) {
	keys := make([]logbook.Key, 1)
	_, err := l.Keys.Keys(input, keys)
	return keys[0], err == nil
}

// ahead is where an iterator has come to in the rows: as long as each input has the next row, one
// after the other, they are read along with it.
type ahead struct {
	began    bool
	rows     []Found // read, and not come to
	next     int64   // the place behind them
	more     bool
	deviates bool // an input had not: all other rows are strays
}

// Look is that of logbook.Log. The error is that of Scan.
func (l *Lookup) Look(i int, input any) (bool, error) {
	some, err := l.someRows()
	if err != nil || !some {
		return false, err
	}
	key, ok := l.keyOf(input)
	l.Lock.Lock()
	defer l.Lock.Unlock()
	a := &l.ahead
	if !a.deviates {
		if r := a.rows[0]; ok && r.Place == int64(i) && r.Key == key {
			a.rows = a.rows[1:]
			return l.isKnown(i, r.State), nil
		}
		if err := l.deviate(); err != nil {
			return false, err
		}
	}
	if !ok {
		return false, nil
	}
	state, ok := l.places.claim(i, key)
	return ok && l.isKnown(i, state), nil
}

// someRows reports that rows are left which the next input may have.
func (l *Lookup) someRows() (bool, error) {
	l.Lock.Lock()
	defer l.Lock.Unlock()
	a := &l.ahead
	if !a.began {
		a.began, a.next, a.more = true, First, true
	}
	if err := l.readAhead(); err != nil {
		return false, err
	}
	return len(a.rows) > 0 || len(l.places.strays) > 0, nil
}

// readAhead reads the next page where the last one is used up.
func (l *Lookup) readAhead() (err error) {
	a := &l.ahead
	if len(a.rows) > 0 || !a.more || a.deviates {
		return nil
	}
	a.rows = a.rows[:0]
	a.next, a.more, err = l.Scan(a.next, func(r Found) { a.rows = append(a.rows, r) })
	return err
}

// deviate makes strays of all rows that are left.
func (l *Lookup) deviate() error {
	a := &l.ahead
	a.deviates = true
	for {
		for _, r := range a.rows {
			l.places.add(r)
		}
		a.rows = nil
		if !a.more {
			l.places.sort()
			return nil
		}
		var err error
		if a.next, a.more, err = l.Scan(a.next, func(r Found) { a.rows = append(a.rows, r) }); err != nil {
			return err
		}
	}
}
