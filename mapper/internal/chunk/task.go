package chunk

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
)

// Task is an input that is not a plain success at the first attempt: it waits for another
// attempt, or carries its final error.
type Task struct {
	Index    int
	In       any           // a pointer to the input
	Attempts int           // begun so far
	Retries  int           // of them, those after an application failure
	Err      error         // the last failure; once final, what its Result says
	Due      time.Duration // of the next attempt, on the run's clock
	Deadline time.Duration // of all attempts, likewise, once the first was begun; 0: none
	Ended    bool          // Err is the cause of the end of the run
	Call     Caller        // whose input it is; nil for an input of a run
	Keys     []Key         // by which a journal knows it, if it does
	Key      string        // by which it is limited with others, if it is
	Weight   int64         // of it, likewise
	Race     any           // between its attempts that execute, where there may be two. The engine's

	// Of one that was in a crash. The backlog's.
	Crashes   int // until it succeeds
	Lineage   int // in which it last crashed
	CrashedAt time.Duration
	Alone     bool // it is to be alone in its container
	Running   bool // it executes, and was taken as one that was in a crash
	Control   bool // when it was taken, something begun after its last crash had finished

	Hedged bool // it has had a second attempt while the first executed

	// Of one whose batch has failed with one error for all. The backlog's.
	Apart bool // it is executed with the others of its part of that batch, and nothing else
	Part  int  // index of the first of them

	Prev, Next *Task // in the call queue
}

// Caller is a call on a deployed function, as the run sees it that executes its input.
type Caller interface {
	// Settled reports that its fate is decided, and Err how.
	Settled() bool
	Err() error
	// Context is the caller's.
	Context() context.Context
	// End settles it for a reason that lies with the caller.
	End(cause error)
	// Attempted notes the attempt that begins.
	Attempted(*attempt.Contexts)
	// Settle decides its fate: the first value of the payload, or the error.
	Settle(p Payload, err error, attempts int)
}

// Withdrawn reports that nobody waits for the result any more.
func (t *Task) Withdrawn() bool { return t.Call != nil && t.Call.Settled() }

// Deserted is Withdrawn where nobody may have had a processor yet to tell of the end of the caller's context.
func (t *Task) Deserted() bool {
	if t.Call == nil || t.Call.Settled() {
		return t.Call != nil
	}
	if ctx := t.Call.Context(); ctx.Err() != nil {
		t.Call.End(context.Cause(ctx))
		return true
	}
	return false
}

// Succeeded notes an attempt that did.
func (t *Task) Succeeded() {
	t.Attempts++
	t.Err = nil
}
