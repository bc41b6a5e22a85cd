package journal

import (
	"errors"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/internal/durable"
)

// errEnough ends a query.
var errEnough = errors.New("journal: enough")

// Recall implements [durable.Log]. Of what nobody is told of, a success is all that matters.
func (l *log) Recall(lo, n int, values any) (plain int, first durable.Fate, err error) {
	if l.Silent() {
		if plain = l.successes(lo, n); plain > 0 {
			return plain, first, nil
		}
	}
	rows, err := l.read(lo, n)
	if err != nil {
		return 0, first, l.broken("read", err)
	}
	for _, r := range rows {
		fate := durable.Fate{Again: true}
		switch {
		case r.whole:
			fate = l.fate(r.row, values, plain)
		case l.atMostOnce:
			fate = durable.Fate{Attempts: 1, Err: mapper.ErrInterrupted} // it was begun, whatever has become of it
		}
		if fate.Again || fate.Err != nil || fate.Attempts != 1 {
			if plain == 0 {
				return 0, fate, nil
			}
			break
		}
		plain++
	}
	return plain, durable.Fate{Again: true}, nil
}

// successes is how many of the n known inputs from lo on have succeeded before the first that has not.
func (l *log) successes(lo, n int) int {
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	for k := range n {
		if _, odd := l.odd[lo+k]; odd {
			return k
		}
	}
	return n
}

// readRow is a row that was read, and whether it is as it was written.
type readRow struct {
	row
	whole bool
}

// read reads the rows of the n inputs from lo on, or of as many as stand one behind the other.
func (l *log) read(lo, n int) (rows []readRow, err error) {
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	if l.f.db == nil {
		return nil, errClosed
	}
	if err := l.flush(); err != nil {
		return nil, err
	}
	at := l.places.of(lo)
	for k := 1; k < n; k++ {
		if l.places.of(lo+k) != at+int64(k) {
			n = k
		}
	}
	err = l.f.db.query("SELECT idx, key, state, attempts, value, input, sum FROM results WHERE idx >= ? AND idx < ? ORDER BY idx",
		[]any{at, at + int64(n)}, func(columns []any) error {
			r := rowOf(columns)
			if r.idx != at+int64(len(rows)) {
				return errEnough // one is missing
			}
			rows = append(rows, r)
			return nil
		})
	if err == errEnough {
		err = nil
	}
	return rows, err
}

func rowOf(columns []any) (r readRow) {
	r.idx, _ = columns[0].(int64)
	r.key, _ = columns[1].([]byte)
	r.state, _ = columns[2].(int64)
	r.attempts, _ = columns[3].(int64)
	r.value, r.input = columns[4], columns[5]
	r.whole = columns[6] == r.sum()
	return r
}

// fate is what a row says of its input, whose value goes to position i.
func (l *log) fate(r row, values any, i int) durable.Fate {
	fate := durable.Fate{Attempts: int(r.attempts)}
	switch r.state {
	case stateSucceeded:
		fate.Again = !l.Silent() && l.values.decode(r.value, values, i) != nil
	case stateFailed:
		text, _ := r.value.(string)
		if failure, err := stored(text, fate.Attempts); err == nil {
			fate.Err = failure
		} else {
			fate.Again = true
		}
	case stateBegun:
		fate.Err = mapper.ErrInterrupted
	default:
		fate.Again = true
	}
	return fate
}
