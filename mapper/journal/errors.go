package journal

import (
	"fmt"
	"io/fs"
	"time"

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
)

// LockedError says that another process has the journal open, or that this one has it open twice.
type LockedError struct {
	Path  string
	PID   int // 0 if that cannot be read
	Host  string
	Since time.Time

	gone bool
}

// Error says who has it. Where that process is gone, its lock is held by one that it has forked.
func (e *LockedError) Error() string {
	text := fmt.Sprintf("journal: %s is in use by process %d on %s since %s", e.Path, e.PID, e.Host, e.Since.Format(time.RFC3339))
	if e.gone {
		text += ", which is gone: a process that it has forked holds the lock"
	}
	return text
}

// FormatError says that the file is no journal, or one of a version of this package that is newer
// than this one. The file is as it was.
type FormatError struct {
	Path   string
	Format int // 0: it is no journal
	Known  int // the newest that this package knows
}

// Error says what it is.
func (e *FormatError) Error() string {
	if e.Format == 0 {
		return fmt.Sprintf("journal: %s is no journal", e.Path)
	}
	return fmt.Sprintf("journal: %s has format %d, and %d is the newest that is known here", e.Path, e.Format, e.Known)
}

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
