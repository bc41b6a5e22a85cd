package supervisor

import (
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/policy"
)

// ErrCutoff is the class of every [*CutoffError].
var ErrCutoff = errors.New("supervisor: crashes outweigh progress")

// The phases of a container in which it can crash.
const (
	PhaseStart Phase = "start" // before it was ready for work
	PhaseInput Phase = "input" // while it executed an input
	PhaseIdle  Phase = "idle"  // ready, and waiting for work
	PhaseExit  Phase = "exit"  // while it cleaned up at its end
)

// CrashError says how a container ended that nobody had asked to end. It unwraps
// to the error that its function panicked with, or that its start returned.
type CrashError struct {
	Container int    // the container that died
	Machine   string // where it was; empty for this one
	Phase     Phase  // what it was doing
	Input     int    // index of the input it was executing, else NoInput
	Run       uint64 // the run of that input, as in Event
	Panic     any    // what it panicked with; nil for any other end
	Goexit    bool   // it called runtime.Goexit
	Err       error  // what its start or its runtime returned; nil for a panic
	Stack     string // where it panicked, innermost call first
	Exit      int    // exit code of a process
	Signal    string // signal that killed a process
	OOM       bool   // proven to have run out of memory
	Output    string // tail of what a process wrote to stderr

	Lost bool // it went with its machine or the link to it ([ErrLost]): no input is charged for that

	Kind       string // what kind of end it was, in the words of the runtime; empty for a goroutine
	PeakMemory int64  // of a process, in bytes, as far as it was seen; 0 if unknown
}

// Error says how the container ended in one line; the stack is left to Stack.
func (e *CrashError) Error() string {
	where := fmt.Sprintf("container %d", e.Container)
	if e.Machine != "" {
		where += " on " + e.Machine
	}
	if e.Lost {
		where += " was lost"
	} else {
		where += " crashed"
	}
	switch e.Phase {
	case PhaseStart:
		where += " at start-up"
	case PhaseInput:
		where += fmt.Sprintf(" on input %d", e.Input)
	case PhaseIdle:
		where += " while idle"
	case PhaseExit:
		where += " in its exit"
	}
	return "supervisor: " + where + ": " + e.Reason()
}

// Reason says what ended the container, without where and when.
func (e *CrashError) Reason() string {
	switch {
	case e.Goexit:
		return "runtime.Goexit"
	case e.Panic != nil:
		return "panic: " + show.Text(e.Panic, 0)
	case e.Err != nil:
		return show.Error(e.Err, 0)
	case e.OOM:
		return "out of memory"
	case e.Signal != "":
		return "signal: " + e.Signal
	default:
		return fmt.Sprintf("exit code %d", e.Exit)
	}
}

// Unwrap returns the error behind the crash, if there is one.
func (e *CrashError) Unwrap() error {
	if err, ok := e.Panic.(error); ok {
		return err
	}
	return e.Err
}

// CutoffError says why an ephemeral pool gave up. errors.Is(err, [ErrCutoff])
// holds, and it unwraps to the last crash.
type CutoffError struct {
	Rule    policy.Rule // which limit was exceeded
	Crashes int         // of the whole pool
	Since   time.Time   // when the first of them happened
	Last    *CrashError

	// Where crashes on inputs have exceeded it; 0 where crashes at start-up have.
	Inputs int // how many different ones were tried since one finished
	Streak int // of them, those that count: what has died together counts once
	Pauses int // how often it was waited before more were tried
}

// Error says which rule, what has happened by it, and how the last crash was.
func (e *CutoffError) Error() string {
	return fmt.Sprintf("%v (%v: %s; %s), last: %s",
		ErrCutoff, e.Rule, e.why(), amount.Plain(e.Crashes, "crash", "crashes"), show.Error(asError(e.Last), 0))
}

func (e *CutoffError) why() string {
	switch {
	case e.Rule == policy.RuleFatal:
		return "no start can succeed"
	case e.Rule == policy.RuleCold && e.Inputs > 0:
		return tried(e.Inputs) + " and none has ever finished"
	case e.Rule == policy.RuleCold:
		return "no container has ever come to work"
	case e.Inputs > 0:
		return tried(e.Inputs) + " since one last finished"
	default:
		return startsCrash
	}
}

const startsCrash = "containers keep crashing at start-up"

// tried says how many inputs were.
func tried(inputs int) string {
	return amount.Plain(inputs, "input was", "different inputs were") + " tried"
}

// Is reports the class of the error.
func (e *CutoffError) Is(target error) bool { return target == ErrCutoff }

// Unwrap returns the last crash, nil if there is none.
func (e *CutoffError) Unwrap() error { return asError(e.Last) }
