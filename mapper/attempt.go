package mapper

import (
	"context"
	"time"
)

// Attempt says which execution of the function this is.
type Attempt struct {
	Index     int // of the input, from 0
	Attempt   int // of this input, from 1; retries and re-runs count alike
	Container int // that executes it
}

// AttemptFrom returns the attempt that ctx belongs to, where ctx is, or descends
// from, the context given to the function, and false elsewhere. Use it while the
// function runs: the context is that of the container, and a goroutine that outlives
// its attempt would see, and race with, what the container does next.
func AttemptFrom(ctx context.Context) (Attempt, bool) {
	w, ok := ctx.Value(attemptKey{}).(interface{ attempt() (Attempt, bool) })
	if !ok {
		return Attempt{}, false
	}
	return w.attempt()
}

type attemptKey struct{}

// attemptContext is the context of a container's attempts, one after the other: a
// new one for each would cost a microsecond. Only an attempt that times out uses its
// context up. It embeds the run's context, or with a Timeout a child of that, so
// that the context package finds its own type inside and needs no goroutine for
// children.
type attemptContext struct {
	context.Context
	cancel   context.CancelCauseFunc
	deadline func() (time.Time, bool)
	worker   any
}

func (c *attemptContext) Value(key any) any {
	if key == (attemptKey{}) {
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
