package engine

import (
	"context"
	"sync"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// attemptContext is the context of a container's attempts, one after the other: a new one
// for each would cost a microsecond. Only an attempt that times out uses its context up. It
// embeds the run's context, or with a Timeout a child of that, so that the context package
// finds its own type inside and needs no goroutine for children.
//
// One whose attempts may time out has a Done channel of its own. That keeps the context package
// from reaching through to its own type inside, whose Err after a timeout is Canceled: children
// ask Err here, and are DeadlineExceeded as well.
type attemptContext struct {
	context.Context
	cancel   context.CancelCauseFunc
	deadline func() (time.Time, bool)
	worker   any
	timed    bool

	mu   sync.Mutex
	done chan struct{} // made when it is first asked for, of one that is timed
}

// Done implements [context.Context].
func (c *attemptContext) Done() <-chan struct{} {
	if !c.timed {
		return c.Context.Done()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = make(chan struct{})
		context.AfterFunc(c.Context, func() { close(c.done) })
	}
	return c.done
}

// Err is DeadlineExceeded after a timeout.
func (c *attemptContext) Err() error {
	err := c.Context.Err()
	if c.timed && err != nil && context.Cause(c.Context) == ErrTimeout {
		return context.DeadlineExceeded
	}
	return err
}

// AfterFunc is what the context package asks for a child, which then costs no goroutine.
func (c *attemptContext) AfterFunc(f func()) (stop func() bool) {
	return context.AfterFunc(c.Context, f)
}

func (c *attemptContext) Value(key any) any {
	if key == (supervisor.AttemptKey{}) {
		return c.worker
	}
	return c.Context.Value(key)
}

// Deadline is that of the attempt which runs now.
func (c *attemptContext) Deadline() (time.Time, bool) {
	own, timed := c.deadline()
	outer, ok := c.Context.Deadline()
	if !timed || (ok && outer.Before(own)) {
		return outer, ok
	}
	return own, true
}

// release ends a context of this container alone. The run's own is not ended by it.
func (c *attemptContext) release() {
	if c.cancel != nil {
		c.cancel(nil)
	}
}
