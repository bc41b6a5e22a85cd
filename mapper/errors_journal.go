package mapper

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/mapper/internal/engine"
)

// The errors of runs that have a journal, see package mapper/journal.

// JournalError says that the journal of a run has failed: the disk is full, the file is gone. It
// ends the run. What was recorded by then is delivered, what was not is not. It unwraps to the
// reason: errors.Is(err, syscall.ENOSPC).
type JournalError struct {
	Op   string // what has failed: open, read, record, commit
	Path string
	Err  error
}

// Error says what has failed, where and why.
func (e *JournalError) Error() string {
	return fmt.Sprintf("mapper: journal %s: %s: %v", e.Path, e.Op, e.Err)
}

// Unwrap returns the reason.
func (e *JournalError) Unwrap() error { return e.Err }

// LockedError says that another process has the journal, or that this one has it twice.
type LockedError struct {
	Path  string
	PID   int // 0 if that cannot be read
	Host  string
	Since time.Time
	Gone  bool // that process is gone: one that it has forked holds the lock
}

// Error says who has it. Where that process is gone, its lock is held by one that it has forked.
func (e *LockedError) Error() string {
	text := fmt.Sprintf("mapper: journal %s is in use by process %d on %s since %s", e.Path, e.PID, e.Host, e.Since.Format(time.RFC3339))
	if e.Gone {
		text += ", which is gone: a process that it has forked holds the lock"
	}
	return text
}

// FormatError says that what is at the path is no journal, or one of a version of this library that is newer than this one. It
// is as it was.
type FormatError struct {
	Path   string
	Format int // 0: it is no journal
	Known  int // the newest that is known here
}

// Error says what it is.
func (e *FormatError) Error() string {
	if e.Format == 0 {
		return fmt.Sprintf("mapper: %s is no journal", e.Path)
	}
	return fmt.Sprintf("mapper: journal %s has format %d, and %d is the newest that is known here", e.Path, e.Format, e.Known)
}

// MismatchError says that a journal is that of another run: its version, the types, the name or
// another field differ.
type MismatchError struct {
	Path     string
	Field    string
	Recorded string // in the journal
	Given    string
}

// Error names the field and both values, and what can be done.
func (e *MismatchError) Error() string {
	remedy := "use another path"
	if e.Field == "Version" {
		remedy += ", or Adopt"
	}
	return fmt.Sprintf("mapper: journal %s: %s is %q there and %q here (%s)", e.Path, e.Field, e.Recorded, e.Given, remedy)
}

// EncodingError says that an input or a value cannot be written to a journal, or would not come back
// as it was: which type, and which part of it.
type EncodingError struct {
	Type   reflect.Type
	Field  string // within the type; empty for the whole
	Reason string
	Err    error // what an encoder has said; nil for none
}

// Error says it.
func (e *EncodingError) Error() string {
	text := fmt.Sprintf("mapper: a journal cannot hold %v", e.Type)
	if e.Field != "" {
		text += " (" + e.Field + ")"
	}
	text += ": " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns what the encoder has said.
func (e *EncodingError) Unwrap() error { return e.Err }

// StoredError is a failure that a journal has kept from an earlier life of the run. It answers
// errors.Is for [ErrTimeout] and the other classes that the failure had, and unwraps to a
// *supervisor.CrashError where it was a crash.
type StoredError struct {
	Kind     string // error, timeout, crash, panic, …
	Text     string
	Stack    string // the head of it, of a crash
	Attempts int
	Classes  []error
	Crash    error // a *supervisor.CrashError, or nil
}

// Error is that of the failure.
func (e *StoredError) Error() string { return e.Text }

// Is reports the classes of the failure.
func (e *StoredError) Is(target error) bool {
	for _, class := range e.Classes {
		if errors.Is(class, target) {
			return true
		}
	}
	return false
}

// Unwrap returns the crash, nil if it was none.
func (e *StoredError) Unwrap() error { return e.Crash }

// ErrDamaged is why an input runs again that a journal had: a row of it is not as it was written, and
// whatever else can be read of it is not trusted. It is the Err of that event; no result has it.
var ErrDamaged = engine.ErrDamaged

// DeathError says that an input has killed the whole process, again and again, so it is not
// executed any more.
type DeathError struct {
	Deaths int // of the process, while it executed the input
}

// Error says how often.
func (e *DeathError) Error() string {
	return fmt.Sprintf("mapper: the process has died %s while it executed this input", amount.Plain(e.Deaths, "time", "times"))
}
