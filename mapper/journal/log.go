package journal

import (
	"encoding/json"
	"io/fs"
	"os"
	"reflect"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// log is a journal while a run uses it.
type log struct {
	f        *File
	values   *record.Valuer
	recaller record.Recaller
	past     logbook.Past

	encoded []row // the keeper's own

	suspicion suspicion
	record.Strikes

	// Guarded by the lock of f.
	lookup  record.Lookup
	open    bool  // a transaction is
	pending []any // rows that are not written yet, as arguments
	rows    int   // how many
	self    os.FileInfo
}

// batch is how many rows one statement writes: more than that gain nothing.
const batch = 64

// Statements of a row, and of several: one statement for many rows takes a third less.
var (
	insertOne  = insertion(1)
	insertMany = insertion(batch)
)

const columns = 7

func insertion(rows int) string {
	text := []byte("INSERT OR REPLACE INTO results VALUES ")
	for i := range rows {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, "(?,?,?,?,?,?,?)"...)
	}
	return string(text)
}

// Keys implements [logbook.Log].
func (l *log) Keys(inputs any, keys []logbook.Key) (int, error) {
	return l.lookup.Keys.Keys(inputs, keys)
}

// Silent implements [logbook.Log].
func (l *log) Silent() bool { return l.f.opts.FreshOnly }

// Record implements [logbook.Log]. Values are encoded first: that is the user's code, for which no
// lock is held.
func (l *log) Record(e logbook.Entry) (n, bytes int, err error) {
	rows := l.encoded[:0]
	for n < len(e.Keys) && err == nil {
		r := row{key: e.Keys[n][:], attempts: int64(e.Attempts)}
		if e.Err != nil {
			r.state, r.value = record.Failed, record.FailureOf(e.Err, l.f.opts.Redact)
		} else if r.value, err = l.values.Encode(e.Values, n); err != nil {
			break
		}
		if l.f.opts.StoreInputs {
			r.input = l.input(e.Inputs, n)
		}
		bytes += sizeOf(r.value) + sizeOf(r.input) + 64
		rows = append(rows, r)
		n++
	}
	defer clear(rows)
	l.encoded = rows
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	for i := range rows {
		rows[i].idx = l.lookup.Place(e.Lo + i)
		if l.suspicion.Clear(e.Keys[i]) {
			if err := l.acquit(e.Keys[i]); err != nil {
				return 0, 0, l.broken("record", err)
			}
		}
		if l.Clear(e.Keys[i]) {
			if err := l.forgive(e.Keys[i]); err != nil {
				return 0, 0, l.broken("record", err)
			}
		}
		if broken := l.write(&rows[i]); broken != nil {
			return 0, 0, l.broken("record", broken)
		}
	}
	return n, bytes, err
}

// acquit takes back that an input is suspected: it has come to an end.
func (l *log) acquit(key logbook.Key) error {
	if err := l.begin(); err != nil {
		return err
	}
	return l.f.db.acquit(key)
}

// Begin implements [logbook.Log].
func (l *log) Begin(lo int, keys []logbook.Key) error {
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	for i := range keys {
		if err := l.write(&row{idx: l.lookup.Place(lo + i), key: keys[i][:], state: record.Begun, attempts: 1}); err != nil {
			return l.broken("record", err)
		}
	}
	return nil
}

// Return implements [logbook.Log].
func (l *log) Return(lo int, keys []logbook.Key) error {
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	if err := l.begin(); err != nil {
		return l.broken("record", err)
	}
	for i := range keys {
		if err := l.f.db.run("DELETE FROM results WHERE idx = ? AND state = 2", []any{l.lookup.Place(lo + i)}); err != nil {
			return l.broken("record", err)
		}
	}
	return nil
}

// input is input i for people, as JSON. What JSON cannot hold is left out.
func (l *log) input(inputs any, i int) any {
	text, err := json.Marshal(reflect.ValueOf(inputs).Index(i).Interface())
	if err != nil || len(text) > maxValue/2 {
		return nil
	}
	return string(text)
}

func sizeOf(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	return 8
}

// write adds a row, which may not be in the database before the next commit.
func (l *log) write(r *row) error {
	if err := l.begin(); err != nil {
		return err
	}
	l.pending = append(l.pending, r.idx, r.key, r.state, r.attempts, r.value, r.input, r.sum())
	if l.rows++; l.rows < batch && sizeOf(r.value) < batch<<10 {
		return nil
	}
	return l.flush()
}

// begin begins a transaction, unless one is open.
func (l *log) begin() error {
	switch {
	case l.f.db == nil:
		return errClosed
	case l.open:
		return nil
	}
	err := l.f.db.exec("BEGIN IMMEDIATE")
	l.open = err == nil
	return err
}

// flush writes the rows that wait.
func (l *log) flush() error {
	args, rows := l.pending, l.rows
	l.pending, l.rows = l.pending[:0], 0
	defer clear(args)
	if rows == batch {
		return l.f.db.run(insertMany, args)
	}
	for ; len(args) > 0; args = args[columns:] {
		if err := l.f.db.run(insertOne, args[:columns]); err != nil {
			return err
		}
	}
	return nil
}

// Watch implements [logbook.Log]. Whoever does not ask the disk hears nothing of it.
func (l *log) Watch(func(error)) {}

// Commit implements [logbook.Log]. A file that was removed would take what is written along with
// the process, so that is asked, too.
func (l *log) Commit() error {
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	return l.broken("commit", l.commit())
}

func (l *log) commit() error {
	if l.f.db == nil {
		return errClosed
	}
	if err := l.flush(); err != nil {
		return err
	}
	if l.open {
		if err := l.f.db.exec("COMMIT"); err != nil {
			return err
		}
		l.open = false
	}
	there, err := os.Stat(l.f.path)
	switch {
	case err != nil:
		return err
	case l.self == nil:
		l.self = there
	case !os.SameFile(l.self, there):
		return fs.ErrNotExist
	}
	return nil
}

// Close implements [logbook.Log].
func (l *log) Close() error {
	l.f.mu.Lock()
	defer l.f.mu.Unlock()
	l.f.busy = false
	if l.open && l.f.db != nil {
		return l.broken("close", l.f.db.exec("ROLLBACK")) // the keeper has committed what counts
	}
	return nil
}

// broken is err as the end of the run.
func (l *log) broken(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := failed(op, l.f.path, err).(*JournalError); ok {
		return e
	}
	return &JournalError{Op: op, Path: l.f.path, Err: err}
}
