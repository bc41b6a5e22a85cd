package mapper

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

var (
	// ErrTimeout is the class of every [*TimeoutError], and the cause with which an
	// attempt's context ends when it has run for Options.Timeout.
	ErrTimeout = supervisor.Sentinel("mapper: attempt timed out")

	// ErrStopped is why a run ended that was stopped by [Run.Stop] or by leaving the
	// loop over [Run.All] early, and why a function does nothing any more.
	ErrStopped = supervisor.Sentinel("mapper: stopped")

	// ErrUnread says that results were dropped, finished ones perhaps, because nobody
	// read the channel after the run's context had ended or the run was stopped.
	ErrUnread = errors.New("mapper: results dropped unread")

	// ErrPending is what [Call.Poll] returns while the call is not settled.
	ErrPending = errors.New("mapper: call not settled yet")

	// ErrCancelled is why a call failed that was cancelled by [Call.Cancel], and the cause
	// with which its attempt's context ends.
	ErrCancelled = supervisor.Sentinel("mapper: call cancelled")

	// ErrQueueFull is the class of every [*QueueFullError].
	ErrQueueFull = errors.New("mapper: too many outstanding calls")

	// ErrInterrupted is the cause with which an attempt's context ends when its container
	// is preempted, given up, or has crashed under another attempt. The input
	// is executed elsewhere; with AtMostOnce it fails with this error.
	ErrInterrupted = supervisor.Sentinel("mapper: attempt interrupted")

	// ErrExitTimeout is the cause with which the context of an exit ends after ExitGrace,
	// and the failure of an exit that ignores that.
	ErrExitTimeout = supervisor.Sentinel("mapper: exit timed out")
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
	return fmt.Sprintf("mapper: exit of container %d: %v", e.Container, e.Err)
}

// Unwrap returns what went wrong.
func (e *ExitError) Unwrap() error { return e.Err }

// TimeoutError says that an attempt was still running after Timeout. Both
// errors.Is(err, [ErrTimeout]) and errors.Is(err, [context.DeadlineExceeded]) hold.
type TimeoutError struct {
	Timeout time.Duration
	// Crash is how the container was ended that ignored the end of the attempt's context,
	// where it could be: not a goroutine. Its Stack says where it was.
	Crash *supervisor.CrashError
}

// Error names the limit.
func (e *TimeoutError) Error() string { return fmt.Sprintf("%v after %v", ErrTimeout, e.Timeout) }

// Is reports the classes of the error.
func (e *TimeoutError) Is(target error) bool {
	return target == ErrTimeout || target == context.DeadlineExceeded
}

// InputError says which input failed for good, after how many attempts, and why. It
// unwraps to the reason.
type InputError struct {
	Index    int
	Attempts int // executions begun, retries and re-runs included
	Err      error
}

// Error names the input and the reason.
func (e *InputError) Error() string {
	return fmt.Sprintf("mapper: input %d failed after %s: %v", e.Index, attempts(e.Attempts), e.Err)
}

// Unwrap returns the reason.
func (e *InputError) Unwrap() error { return e.Err }

func attempts(n int) string {
	if n == 1 {
		return "1 attempt"
	}
	return fmt.Sprintf("%d attempts", n)
}

// FailuresError lists every input that failed in a run with ReturnExceptions, by
// index. errors.Is and errors.As ask each of them.
type FailuresError struct {
	Failures []InputError
	Inputs   int // how many inputs the run had
}

// shown is how many failures Error prints: ten thousand of them are no message.
const shown = 10

// Error prints the first ten failures and the count of all.
func (e *FailuresError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mapper: %d of %d inputs failed", len(e.Failures), e.Inputs)
	for i := range min(len(e.Failures), shown) {
		f := &e.Failures[i]
		fmt.Fprintf(&b, "\n\tinput %d after %s: %v", f.Index, attempts(f.Attempts), f.Err)
	}
	if rest := len(e.Failures) - shown; rest > 0 {
		fmt.Fprintf(&b, "\n\tand %d more", rest)
	}
	return b.String()
}

// Unwrap returns the failures, each an *InputError.
func (e *FailuresError) Unwrap() []error {
	errs := make([]error, len(e.Failures))
	for i := range e.Failures {
		errs[i] = &e.Failures[i]
	}
	return errs
}
