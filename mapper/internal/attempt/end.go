package attempt

import (
	"context"
	"slices"
)

// end is how contexts have ended.
type end struct {
	err error
	why context.Context // knows the cause; nil: the parent does
}

// returned is the end of the context of an attempt that has returned.
var returned = because(context.Canceled, nil)

// because is an end with a cause.
func because(cause, late error) *end {
	why, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	if late != nil && cause == late {
		return &end{context.DeadlineExceeded, why}
	}
	return &end{context.Canceled, why}
}

// hold returns the channel that is closed when what executes is to end, or has returned. Who asks
// after his attempt has returned waits for the one that executes.
func (c *Contexts) hold() <-chan struct{} {
	if !c.asked.Load() {
		c.ask()
	}
	return c.done
}

func (c *Contexts) ask() {
	if !c.hear() {
		return
	}
	c.owner.Asked()
	c.join()
	if err := c.parent.Err(); err != nil {
		c.endAs(&end{err: err})
	}
}

// hear notes that somebody asks, and reports whether an end is still to come.
func (c *Contexts) hear() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked.Load() {
		return false
	}
	c.done = make(chan struct{})
	if c.ended.Load() != nil {
		close(c.done)
	} else {
		c.turn = c.latest()
	}
	c.asked.Store(true)
	if _, lease := c.place(); lease == 0 {
		c.finish(returned)
	}
	return c.ended.Load() == nil
}

func (c *Contexts) endAs(e *end) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finish(e)
}

// finish ends the contexts, if they have not. The caller holds c.mu.
func (c *Contexts) finish(e *end) {
	if c.ended.Load() != nil {
		return
	}
	c.ended.Store(e)
	if c.asked.Load() {
		close(c.done)
	}
	for _, f := range c.after {
		go (*f)()
	}
	c.after = nil
}

// then has f be called after the end, on a goroutine of its own, unless it is stopped before.
func (c *Contexts) then(f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended.Load() != nil {
		go f()
		return func() bool { return false }
	}
	c.after = append(c.after, &f)
	return func() bool { return c.forget(&f) }
}

func (c *Contexts) forget(f *func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.after, f)
	if i < 0 {
		return false
	}
	c.after = slices.Delete(c.after, i, i+1)
	return true
}
