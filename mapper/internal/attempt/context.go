package attempt

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// attemptContext is that of the attempt whose turn it is.
type attemptContext struct {
	c    *Contexts
	turn uint8
}

// at is the position of the last attempt begun whose turn it was, and whether it has returned.
func (a *attemptContext) at() (position int, over bool) {
	base, _ := a.c.place()
	from, to := a.c.executing()
	position = to - 1 - int(uint(base+to-1-int(a.turn))%turns)
	return position, position < from
}

// ended is how it has ended, if that is known; else over reports that the attempt has returned.
func (a *attemptContext) ended() (e *end, over bool) {
	_, over = a.at()
	if e = a.c.ended.Load(); e != nil && over && a.c.turn != a.turn {
		return nil, over
	}
	return e, over
}

// Done implements [context.Context].
func (a *attemptContext) Done() <-chan struct{} { return a.c.hold() }

// Err is DeadlineExceeded after a timeout, and Canceled after the attempt has returned.
func (a *attemptContext) Err() error {
	e, over := a.ended()
	if e != nil {
		return e.err
	}
	if err := a.c.parent.Err(); err != nil {
		return err
	}
	if over {
		return context.Canceled
	}
	return nil
}

// AfterFunc is what the context package asks for a child, which then costs no goroutine.
func (a *attemptContext) AfterFunc(f func()) (stop func() bool) {
	a.c.hold()
	return a.c.then(f)
}

// Value answers for the attempt, and for its end; else as the parent.
func (a *attemptContext) Value(key any) any {
	if key == (supervisor.AttemptKey{}) {
		return a
	}
	if e, _ := a.ended(); e != nil && e.why != nil {
		if v := e.why.Value(key); v != nil {
			return v
		}
	}
	return a.c.parent.Value(key)
}

// Deadline is that of the attempt that executes, or the parent's if that comes first.
func (a *attemptContext) Deadline() (time.Time, bool) {
	own, timed := a.c.owner.Deadline()
	outer, ok := a.c.parent.Deadline()
	if !timed || (ok && outer.Before(own)) {
		return outer, ok
	}
	return own, true
}

// Attempt implements [supervisor.Attempting].
func (a *attemptContext) Attempt() (supervisor.Attempt, bool) {
	if _, lease := a.c.place(); lease == 0 {
		return supervisor.Attempt{}, false
	}
	position, _ := a.at()
	return a.c.owner.Attempt(position)
}

// Retire is asked for by mapper.Retire.
func (a *attemptContext) Retire() { a.c.owner.Retire() }

// Pause and Resume are for the outputs of a stream, which wait for their reader.
func (a *attemptContext) Pause()  { a.c.owner.Pause() }
func (a *attemptContext) Resume() { a.c.owner.Resume() }
