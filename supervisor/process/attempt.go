package process

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// attemptContext is the context of an attempt in a worker, and of no other. What nobody asks
// for costs nothing: it becomes one that can end by itself when somebody wants to know its end.
type attemptContext struct {
	batch                     context.Context
	index, attempt, container int
	deadline                  time.Time // zero: none

	mu     sync.Mutex
	over   bool // the attempt has returned
	own    context.Context
	cancel context.CancelCauseFunc
	done   chan struct{} // not that of own: see Err
}

// attemptFor is the context of one attempt. It only knows its deadline: what ends it is the
// parent, whose clock counts.
func (w *worker) attemptFor(batch context.Context, item wire.BatchItem) *attemptContext {
	ctx := &attemptContext{
		batch: batch, index: item.Index, attempt: item.Attempt, container: w.hello.Container, deadline: item.Deadline,
	}
	if item.Timeout > 0 {
		if own := time.Now().Add(item.Timeout); ctx.deadline.IsZero() || own.Before(ctx.deadline) {
			ctx.deadline = own
		}
	}
	return ctx
}

// end is the end of the attempt.
func (c *attemptContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	if c.cancel != nil {
		c.cancel(nil)
	}
}

// asked returns the context that can end by itself.
func (c *attemptContext) asked() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own == nil {
		c.own, c.cancel = context.WithCancelCause(c.batch)
		c.done = make(chan struct{})
		context.AfterFunc(c.own, func() { close(c.done) })
		if c.over {
			c.cancel(nil)
		}
	}
	return c.own
}

// within is what it is at the moment: its own, or as long as nobody has asked, that of the batch.
func (c *attemptContext) within() (ctx context.Context, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own != nil {
		return c.own, c.over
	}
	return c.batch, c.over
}

// Done is closed when the attempt has returned, or is to end.
func (c *attemptContext) Done() <-chan struct{} {
	c.asked()
	return c.done
}

// Err is DeadlineExceeded after a timeout. The context package asks for it here on behalf of
// children, since Done is not that of the context within.
func (c *attemptContext) Err() error {
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
func (c *attemptContext) AfterFunc(f func()) (stop func() bool) {
	return context.AfterFunc(c.asked(), f)
}

// Deadline is the attempt's own, or that of its run if that comes first.
func (c *attemptContext) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }

// Value answers for the attempt, and else as the context within.
func (c *attemptContext) Value(key any) any {
	if key == (supervisor.AttemptKey{}) {
		return c
	}
	ctx, _ := c.within()
	return ctx.Value(key)
}

// Attempt is for mapper.AttemptFrom.
func (c *attemptContext) Attempt() (supervisor.Attempt, bool) {
	return supervisor.Attempt{Index: c.index, Attempt: c.attempt, Container: c.container}, c.attempt > 0
}
