package registry

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// AttemptContext is the context of an attempt in a container that is elsewhere, and of no other. What nobody asks
// for costs nothing: it becomes one that can end by itself when somebody wants to know its end. There is one for each
// attempt, since a function may keep it, so that its size is a good part of what a cheap input costs.
type AttemptContext struct {
	batch    context.Context
	is       supervisor.Attempt
	deadline *time.Time // nil: none

	mu   sync.Mutex
	over bool // the attempt has returned
	own  *own // nil: nobody has asked
}

// own is the end of an attempt.
type own struct {
	context.Context
	cancel context.CancelCauseFunc
	done   chan struct{} // not that of the context: see Err
}

// NewAttempt is the context of one attempt of a batch or chunk, whose context is within. A timeout of 0 and a zero deadline
// stand for none. It only knows when it is to end: what ends it is within, which the parent ends, whose clock counts.
// End follows.
func NewAttempt(within context.Context, a supervisor.Attempt, timeout time.Duration, deadline time.Time) *AttemptContext {
	ctx := &AttemptContext{batch: within, is: a}
	if timeout > 0 {
		if end := time.Now().Add(timeout); deadline.IsZero() || end.Before(deadline) {
			deadline = end
		}
	}
	if !deadline.IsZero() {
		ctx.deadline = new(deadline)
	}
	return ctx
}

// End is the end of the attempt: it has returned.
func (c *AttemptContext) End() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	if c.own != nil {
		c.own.cancel(nil)
	}
}

// asked returns the context that can end by itself.
func (c *AttemptContext) asked() *own {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own == nil {
		o := &own{done: make(chan struct{})}
		o.Context, o.cancel = context.WithCancelCause(c.batch)
		context.AfterFunc(o.Context, func() { close(o.done) })
		if c.over {
			o.cancel(nil)
		}
		c.own = o
	}
	return c.own
}

// within is what it is at the moment: its own, or as long as nobody has asked, that of the batch.
func (c *AttemptContext) within() (ctx context.Context, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own != nil {
		return c.own.Context, c.over
	}
	return c.batch, c.over
}

// Done is closed when the attempt has returned, or is to end.
func (c *AttemptContext) Done() <-chan struct{} { return c.asked().done }

// Err is DeadlineExceeded after a timeout. The context package asks for it here on behalf of
// children, since Done is not that of the context within.
func (c *AttemptContext) Err() error {
	ctx, over := c.within()
	err := ctx.Err()
	switch {
	case err != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		return context.DeadlineExceeded
	case err == nil && over:
		return context.Canceled
	}
	return err
}

// AfterFunc is what the context package asks for a child, which then costs no goroutine.
func (c *AttemptContext) AfterFunc(f func()) (stop func() bool) {
	return context.AfterFunc(c.asked().Context, f)
}

// Deadline is the attempt's own, or that of its run if that comes first.
func (c *AttemptContext) Deadline() (time.Time, bool) {
	if c.deadline == nil {
		return time.Time{}, false
	}
	return *c.deadline, true
}

// Value answers for the attempt, and else as the context within.
func (c *AttemptContext) Value(key any) any {
	if key == (supervisor.AttemptKey{}) {
		return c
	}
	ctx, _ := c.within()
	return ctx.Value(key)
}

// Attempt is for mapper.AttemptFrom.
func (c *AttemptContext) Attempt() (supervisor.Attempt, bool) {
	return c.is, c.is.Attempt > 0
}
