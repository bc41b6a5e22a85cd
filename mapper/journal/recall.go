package journal

import (
	"errors"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// errEnough ends a query.
var errEnough = errors.New("journal: enough")

// Recall implements [logbook.Log]. Of what nobody is told of, a success is all that matters.
func (l *log) Recall(lo, n int, values any) (plain int, first logbook.Fate, err error) {
	if l.Silent() {
		l.f.mu.Lock()
		plain = l.lookup.Plain(lo, n)
		l.f.mu.Unlock()
		if plain > 0 {
			return plain, first, nil
		}
	}
	read, err := l.read(lo, n)
	if err != nil {
		return 0, first, l.broken("read", err)
	}
	rows := make([]record.Row, len(read))
	for i, r := range read {
		rows[i] = r.record()
	}
	plain, first = l.recaller.Recall(rows, values)
	return plain, first, nil
}

// readRow is a row that was read, and whether it is as it was written.
type readRow struct {
	row
	whole bool
}

func (r readRow) record() record.Row {
	return record.Row{State: r.state, Attempts: r.attempts, Value: r.value, Whole: r.whole}
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
	at := l.lookup.Place(lo)
	for k := 1; k < n; k++ {
		if l.lookup.Place(lo+k) != at+int64(k) {
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
