package journal

import (
	"context"
	"errors"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// page is how many rows are read at a time: a reader that stays in the middle of them would keep
// the WAL from being reset.
const page = 1024

// scan calls each for the rows from place from on, at most a page, and returns whether there are
// more. The caller holds the lock.
func (f *File) scan(from int64, each func(record.Found)) (next int64, more bool, err error) {
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
		if ok && len(key) == len(logbook.Key{}) { // else it is damaged: nobody's
			each(record.Found{Place: row[0].(int64), Key: logbook.Key(key), State: state})
		}
		return nil
	})
	return next, n == page, err
}

// Resume implements [logbook.Log].
func (l *log) Resume(ctx context.Context, total int, inputs func(lo, hi int) any, known func(i int)) error {
	defer l.looked()
	err := l.lookup.Resume(ctx, total, inputs, known)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return failed("read", l.f.path, err)
}

// Look implements [logbook.Log].
func (l *log) Look(i int, input any) (bool, error) {
	known, err := l.lookup.Look(i, input)
	return known, l.broken("read", err)
}
