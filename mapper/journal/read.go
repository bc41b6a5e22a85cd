package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// Reader reads a journal, while it is written or afterwards. It takes no lock and changes nothing,
// so it may read beside its owner. Its methods are safe for concurrent use.
type Reader struct{ path string }

// State is what a journal says of an input.
type State string

// The states of an entry.
const (
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Begun     State = "begun" // and not settled; with AtMostOnce
)

// Entry is what is recorded of an input.
type Entry struct {
	Index    int    // of the input when it was recorded; negative where that was another's place
	Key      string // in hexadecimal digits
	State    State
	Attempts int
	// Value is a string, a []byte, an int64, a json.RawMessage for what was written as JSON, or nil
	// for none.
	Value any
	Input json.RawMessage // with StoreInputs
	Err   *StoredError    // why it has failed
}

// Stats is how much is recorded.
type Stats struct {
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	Begun     int `json:"begun"`
	Damaged   int `json:"damaged"` // rows that are not as they were written; their inputs run again
}

// Read opens a journal for reading. It keeps nothing open, so there is nothing to close. The errors
// are those of [Open], less the lock, and fs.ErrNotExist.
func Read(path string) (*Reader, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, failed("read", path, err)
	}
	switch have, err := examine(path); {
	case err != nil:
		return nil, failed("read", path, err)
	case have == 0:
		return nil, failed("read", path, fs.ErrNotExist)
	}
	return &Reader{path}, nil
}

// All yields the entries in the order of their indices, and blocks while it reads. It sees what is
// committed, a page at a time: what is recorded meanwhile may be among it. A damaged row is a
// *[CorruptError], and the next follows; any other error is the last.
func (r *Reader) All() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := r.each(yield); err != nil && !errors.Is(err, errEnough) {
			yield(Entry{}, failed("read", r.path, err))
		}
	}
}

func (r *Reader) each(yield func(Entry, error) bool) error {
	d, err := r.open()
	if err != nil {
		return err
	}
	defer d.Close()
	manifest, err := d.manifest()
	if err != nil {
		return err
	}
	isJSON := manifest[record.FieldForm] == record.JSON
	for from := int64(record.First); ; {
		rows := 0
		err := d.query("SELECT idx, key, state, attempts, value, input, sum FROM results WHERE idx >= ? ORDER BY idx LIMIT 1024",
			[]any{from}, func(columns []any) error {
				rows++
				row := rowOf(columns)
				from = row.idx + 1
				entry, err := row.entry(isJSON)
				if err != nil {
					err = d.corrupt(err)
				}
				if !yield(entry, err) {
					return errEnough
				}
				return nil
			})
		if err != nil || rows < page {
			return err
		}
	}
}

func (r *Reader) open() (*database, error) {
	mode := readOnly
	if _, err := os.Stat(r.path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		mode = immutable // nobody has it open
	}
	d, err := openDatabase(r.path, mode, "busy_timeout(10000)", "query_only(1)", "trusted_schema(0)")
	if err != nil {
		return nil, err
	}
	if err := d.verify(); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// entry is a row for people.
func (r readRow) entry(isJSON bool) (Entry, error) {
	if !r.whole || len(r.key) != len(logbook.Key{}) {
		return Entry{Index: int(r.idx)}, fmt.Errorf("row %d is not as it was written", r.idx)
	}
	e := Entry{Index: int(r.idx), Key: fmt.Sprintf("%x", r.key), Attempts: int(r.attempts)}
	if text, ok := r.input.(string); ok {
		e.Input = json.RawMessage(text)
	}
	text, isText := r.value.(string)
	switch r.state {
	case record.Succeeded:
		e.State, e.Value = Succeeded, r.value
		if isText && isJSON {
			e.Value = json.RawMessage(text)
		}
	case record.Failed:
		var err error
		e.State = Failed
		if e.Err, err = record.Stored(text, e.Attempts); err != nil {
			return e, err
		}
	case record.Begun:
		e.State = Begun
	}
	return e, nil
}

// Prefix is how many inputs have succeeded before the first that has not: a source that can seek
// need not yield them again. Zero also where the journal cannot be read.
func (r *Reader) Prefix() int {
	n := 0
	for e, err := range r.All() {
		if e.Index < 0 && err == nil {
			continue
		}
		if err != nil || e.Index != n || e.State != Succeeded {
			break
		}
		n++
	}
	return n
}

// Stats counts the entries. They are as many as could be read.
func (r *Reader) Stats() (s Stats) {
	for e, err := range r.All() {
		s.count(e, err)
	}
	return s
}

func (s *Stats) count(e Entry, err error) {
	switch {
	case err != nil:
		s.Damaged++
	case e.State == Succeeded:
		s.Succeeded++
	case e.State == Failed:
		s.Failed++
	default:
		s.Begun++
	}
}
