package mapper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/supervisor"
)

var (
	// ErrTimeout is the class of every [*TimeoutError], and the cause with which an
	// attempt's context ends when it has run for Options.Timeout; its Err is
	// context.DeadlineExceeded then. It is context.DeadlineExceeded by errors.Is, and a
	// timeout as package net understands it: Timeout reports true.
	ErrTimeout = engine.ErrTimeout

	// ErrStopped is why a run has ended: [Run.Stop] was called, or its reader has left the
	// loop over [Run.All] early. It is also why a function does nothing any more.
	ErrStopped = engine.ErrStopped

	// ErrUnread says that results are unread, finished ones perhaps, after the run's context has
	// ended or the run was stopped. They can still be read, see [Run.Results].
	ErrUnread = errors.New("mapper: results unread")

	// ErrPending is what [Call.Poll] returns while the call is not settled.
	ErrPending = errors.New("mapper: call not settled yet")

	// ErrCancelled is why a call failed that was cancelled by [Call.Cancel], and the cause
	// with which its attempt's context ends.
	ErrCancelled = engine.ErrCancelled

	// ErrHedged is the cause with which an attempt's context ends when the other attempt of its input was
	// faster, see Options.Hedge. What the attempt still returns does not count.
	ErrHedged = engine.ErrHedged

	// ErrQueueFull is the class of every [*QueueFullError].
	ErrQueueFull = errors.New("mapper: too many outstanding calls")

	// ErrInterrupted is the cause with which an attempt's context ends when its container
	// is preempted, given up, or has crashed under another attempt. The input
	// is executed elsewhere, as after the loss of its machine; with AtMostOnce it fails with this error.
	ErrInterrupted = fleet.ErrInterrupted

	// ErrExitTimeout is the cause with which the context of an exit ends after ExitGrace,
	// and the failure of an exit that ignores that.
	ErrExitTimeout = fleet.ErrExitTimeout
)

// StartTimeoutError says that a container was not ready after StartTimeout. It is the
// error of a crash at start-up, joined with what enter returned after that. Both
// errors.Is(err, [ErrTimeout]) and errors.Is(err, [context.DeadlineExceeded]) hold.
type StartTimeoutError struct {
	Timeout time.Duration
}

// Error names the limit.
func (e *StartTimeoutError) Error() string {
	return fmt.Sprintf("mapper: container not ready after %v", e.Timeout)
}

// Is reports the classes of the error.
func (e *StartTimeoutError) Is(target error) bool {
	return target == ErrTimeout || target == context.DeadlineExceeded
}

// ExitError says that the exit of a container has failed: an error, a
// *supervisor.CrashError for a panic, or [ErrExitTimeout], to which it unwraps. Observers
// are told of each. A run that has come to a good end otherwise returns the first from Wait
// and Collect, and a deployed function from Stop.
type ExitError struct {
	Container int
	Err       error
}

// Error names the container and what went wrong.
func (e *ExitError) Error() string {
	return fmt.Sprintf("mapper: exit of container %d: %s", e.Container, show.Error(e.Err, 0))
}

// Unwrap returns what went wrong.
func (e *ExitError) Unwrap() error { return e.Err }

// TimeoutError says that an attempt was still running after Timeout, or that an input was not settled
// TotalTimeout after its first attempt began. Both errors.Is(err, [ErrTimeout]) and
// errors.Is(err, [context.DeadlineExceeded]) hold.
type TimeoutError struct {
	Timeout time.Duration // Options.Timeout, or Options.TotalTimeout
	Total   bool          // it was the latter
	// Err is why the last attempt had failed when the time of the input was up while it waited for another one.
	// Nil where the last attempt itself was cut, or says nothing.
	Err error
	// Crash is how the container was ended that ignored the end of the attempt's context,
	// where it could be: not a goroutine. Its Stack says where it was.
	Crash *supervisor.CrashError
}

// Unwrap returns Err, or else [ErrTimeout], which says of itself that it is a timeout.
func (e *TimeoutError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	return ErrTimeout
}

// Error names the limit.
func (e *TimeoutError) Error() string {
	switch {
	case !e.Total:
		return fmt.Sprintf("%v after %v", ErrTimeout, e.Timeout)
	case e.Err == nil:
		return fmt.Sprintf("mapper: input timed out after %v in all", e.Timeout)
	}
	return fmt.Sprintf("mapper: input timed out after %v in all: %s", e.Timeout, show.Error(e.Err, 0))
}

// Is reports the classes of the error.
func (e *TimeoutError) Is(target error) bool {
	return target == ErrTimeout || target == context.DeadlineExceeded
}

// QueueFullError says that a deployed function has accepted as many calls as it may, which
// are not settled yet. errors.Is(err, [ErrQueueFull]) holds.
type QueueFullError struct {
	Outstanding int
}

// Error says how many.
func (e *QueueFullError) Error() string {
	return fmt.Sprintf("%v: %s", ErrQueueFull, amount.Plain(e.Outstanding, "call", "calls"))
}

// Is reports the class of the error.
func (e *QueueFullError) Is(target error) bool { return target == ErrQueueFull }
