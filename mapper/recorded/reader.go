package recorded

import (
	"context"
	"iter"
)

// Reader reads a journal, while it is written or afterwards. It takes no lock, changes nothing and keeps nothing open, so it
// may read beside its owner, and there is nothing to close. Its methods are safe for concurrent use.
type Reader struct {
	path string
	open func(context.Context) (Content, error)
}

// New is for what keeps journals: journal.Read and cluster.Runtime.ReadJournal return a Reader. Each reading opens the journal, by
// a function that must be safe for concurrent use; path is how people are told of it.
func New(path string, open func(context.Context) (Content, error)) *Reader {
	return &Reader{path, open}
}

// Content is a journal as it is read once, by one goroutine. Errors say which journal it is.
type Content interface {
	// About is what it says besides its entries.
	About() (About, error)

	// Each yields the entries in the order of their indices until yield returns false, which is no error. What cannot be
	// read is yielded as an error, in its place, and the next follows. It returns what ended it.
	Each(yield func(Entry, error) bool) error

	Close() error
}

// About is what a journal says besides its entries.
type About struct {
	Manifest map[string]string `json:"manifest"` // what it is compared by, and of which program it is
	Deaths   int               `json:"deaths"`   // of the whole process
	Suspects []Suspect         `json:"suspects"`
	// Stream is true for one in JetStream, where deaths of the process are not counted: inputs execute elsewhere.
	Stream bool `json:"stream"`
}

// Suspect is an input that was executing when the process died.
type Suspect struct {
	Key       string `json:"key"`
	Deaths    int    `json:"deaths"`
	Convicted bool   `json:"convicted"` // it is not executed any more
}

// All yields the entries in the order of their indices, and blocks while it reads. What is recorded meanwhile may be among
// them, from a file, and is not, from a stream. What is damaged is an error in its place (a *journal.CorruptError, of a stream a
// *mapper.JournalError), and the next follows; any other error is the last.
func (r *Reader) All() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		more := true
		err := r.each(func(e Entry, err error) bool {
			more = yield(e, err)
			return more
		})
		if err != nil && more {
			yield(Entry{}, err)
		}
	}
}

func (r *Reader) each(yield func(Entry, error) bool) error {
	c, err := r.open(context.Background())
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Each(yield)
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
