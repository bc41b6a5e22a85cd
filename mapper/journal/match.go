package journal

import (
	"context"
	"errors"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// How the inputs of a life are found among the rows of those before it.

// page is how many rows are read at a time: a reader that stays in the middle of them would keep
// the WAL from being reset.
const page = 1024

// found is a row, as far as it matters here.
type found struct {
	idx   int64
	key   chunk.Key
	state int64
}

// scan calls each for the rows from place from on, at most a page, and returns whether there are
// more. The caller holds the lock.
func (f *File) scan(from int64, each func(found)) (next int64, more bool, err error) {
	if f.db == nil {
		return 0, false, errClosed
	}
	n := 0
	next = from
	err = f.db.query("SELECT idx, key, state FROM results WHERE idx >= ? ORDER BY idx LIMIT 1024", []any{from}, func(row []any) error {
		if row[0].(int64) < next { // two rows might have one place
			return f.db.corrupt(errors.New("rows are not in their order"))
		}
		n++
		next = row[0].(int64) + 1
		key, ok := row[1].([]byte)
		state, _ := row[2].(int64)
		if ok && len(key) == len(chunk.Key{}) { // else it is damaged: nobody's
			each(found{row[0].(int64), chunk.Key(key), state})
		}
		return nil
	})
	return next, n == page, err
}

const firstPlace = -1 << 63

// known reports that input i, with a row in that state, is not to be executed.
func (l *log) known(i int, state int64) bool {
	if state == stateSucceeded {
		return true
	}
	l.odd[i] = struct{}{}
	switch state {
	case stateFailed:
		return l.f.opts.KeepFailed || l.atMostOnce
	case stateBegun:
		return l.atMostOnce
	default:
		return false
	}
}

// Resume implements [durable.Log]. First each row is compared with the input at its index. Only
// what does not agree there is looked for by its key.
func (l *log) Resume(ctx context.Context, total int, inputs func(lo, hi int) any, known func(i int)) error {
	settled := newBits(total)
	var rows, odd []found
	read := 0
	defer func() { l.looked(read) }()
	for from, more := int64(firstPlace), true; more; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rows = rows[:0]
		var err error
		l.f.mu.Lock()
		from, more, err = l.f.scan(from, func(r found) { rows = append(rows, r) })
		l.f.mu.Unlock()
		if err != nil {
			return failed("read", l.f.path, err)
		}
		read += len(rows)
		l.compare(rows, total, inputs, func(r found) {
			if r.state != stateSucceeded {
				odd = append(odd, r)
				return
			}
			settled.set(int(r.idx))
			known(int(r.idx))
		})
	}
	if len(l.places.strays) == 0 {
		for _, r := range odd {
			if l.known(int(r.idx), r.state) {
				known(int(r.idx))
			}
		}
		return nil
	}
	for _, r := range odd { // an equal input may have succeeded elsewhere
		l.places.add(stray{key: r.key, idx: r.idx, state: r.state})
	}
	l.places.sort()
	for lo := 0; lo < total; lo++ {
		if lo%page == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if settled.get(lo) {
			continue
		}
		if key, ok := l.keyOf(inputs(lo, lo+1)); ok {
			if state, ok := l.places.claim(lo, key); ok && l.known(lo, state) {
				known(lo)
			}
		}
	}
	return nil
}

// compare tells of the rows that are at the index of their input. The others are strays.
func (l *log) compare(rows []found, total int, inputs func(lo, hi int) any, agrees func(found)) {
	for len(rows) > 0 {
		n := 1 // rows that follow one another
		for n < len(rows) && rows[n].idx == rows[0].idx+int64(n) {
			n++
		}
		lo := rows[0].idx
		hi := min(lo+int64(n), int64(total))
		var keys []chunk.Key
		if lo >= 0 && lo < hi {
			keys = l.keysOf(inputs(int(lo), int(hi)), int(hi-lo))
		}
		for k, r := range rows[:n] {
			if k < len(keys) && keys[k] == r.key {
				agrees(r)
			} else {
				l.places.add(stray{key: r.key, idx: r.idx, state: r.state})
			}
		}
		rows = rows[n:]
	}
}

// keysOf are the keys of n inputs, those of what has none being zero.
func (l *log) keysOf(inputs any, n int) []chunk.Key {
	keys := make([]chunk.Key, n)
	if done, err := l.keyer.keys(inputs, keys); err == nil {
		return keys
	} else {
		return keys[:done] // those behind it are looked for by their keys
	}
}

// keyOf is that of the one input of a slice. Why there is none is said when it is to execute.
func (l *log) keyOf(input any) (key chunk.Key, ok bool) {
	keys := make([]chunk.Key, 1)
	_, err := l.keyer.keys(input, keys)
	return keys[0], err == nil
}

// ahead is where an iterator has come to in the rows: as long as each input has the next row, one
// after the other, they are read along with it.
type ahead struct {
	began    bool
	rows     []found // read, and not come to
	next     int64   // the place behind them
	more     bool
	deviates bool // an input had not: all other rows are strays
}

// Look implements [durable.Log].
func (l *log) Look(i int, input any) (bool, error) {
	some, err := l.someRows()
	if err != nil || !some {
		return false, err
	}
	key, ok := l.keyOf(input)
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	a := &l.ahead
	if !a.deviates {
		if r := a.rows[0]; ok && r.idx == int64(i) && r.key == key {
			a.rows = a.rows[1:]
			return l.known(i, r.state), nil
		}
		if err := l.deviate(); err != nil {
			return false, l.broken("read", err)
		}
	}
	if !ok {
		return false, nil
	}
	state, ok := l.places.claim(i, key)
	return ok && l.known(i, state), nil
}

// someRows reports that rows are left which the next input may have.
func (l *log) someRows() (bool, error) {
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	a := &l.ahead
	if !a.began {
		a.began, a.next, a.more = true, firstPlace, true
	}
	if err := l.readAhead(); err != nil {
		return false, l.broken("read", err)
	}
	return len(a.rows) > 0 || len(l.places.strays) > 0, nil
}

// readAhead reads the next page where the last one is used up.
func (l *log) readAhead() (err error) {
	a := &l.ahead
	if len(a.rows) > 0 || !a.more || a.deviates {
		return nil
	}
	a.rows = a.rows[:0]
	a.next, a.more, err = l.f.scan(a.next, func(r found) { a.rows = append(a.rows, r) })
	return err
}

// deviate makes strays of all rows that are left.
func (l *log) deviate() error {
	a := &l.ahead
	a.deviates = true
	for {
		for _, r := range a.rows {
			l.places.add(stray{key: r.key, idx: r.idx, state: r.state})
		}
		a.rows = nil
		if !a.more {
			l.places.sort()
			return nil
		}
		var err error
		if a.next, a.more, err = l.f.scan(a.next, func(r found) { a.rows = append(a.rows, r) }); err != nil {
			return err
		}
	}
}
