package journal

import (
	"fmt"
	"io/fs"

	"github.com/longshore-go/longshore/internal/record"
	"github.com/longshore-go/longshore/mapper"
)

// The errors that a run with a journal ends with, or an input of it. They are package mapper's,
// since its callers meet them there, whatever keeps the journal.
type (
	JournalError  = mapper.JournalError
	MismatchError = mapper.MismatchError
	EncodingError = mapper.EncodingError
	StoredError   = mapper.StoredError
	DeathError    = mapper.DeathError
	LockedError   = mapper.LockedError
	FormatError   = mapper.FormatError
)

// Codec writes values as bytes, and reads them again. Its name is in the journal: one with another name is a
// [*MismatchError]. Its methods are called by one goroutine at a time. A call that has not returned after a second is given
// up: its input fails with an [*EncodingError].
type Codec = record.Codec

// KeyOf is an Options.Key for inputs of one type. An input of another type has no key, which is an
// [*EncodingError].
func KeyOf[In any](f func(In) string) func(any) string { return record.KeyOf(f) }

// CorruptError says that the file is damaged where no row can be left out for it. What can still
// be read of it, [Reader.Export] writes.
type CorruptError struct {
	Path string
	Err  error
}

// Error says what is wrong, and what to do about it.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("journal: %s is damaged: %v (Export saves what can be read; another path begins anew)", e.Path, e.Err)
}

// Unwrap returns what is wrong.
func (e *CorruptError) Unwrap() error { return e.Err }

// failed is err as an error of the journal at path; nil for nil.
func failed(op, path string, err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *JournalError, *CorruptError, *FormatError, *LockedError, *MismatchError:
		return err
	case *fs.PathError: // which names the path again
		err = e.Err
	}
	return &JournalError{Op: op, Path: path, Err: err}
}
