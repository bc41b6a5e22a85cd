package mapper

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Attempt says which execution of the function this is.
type Attempt struct {
	Index     int // of the input, from 0
	Attempt   int // of this input, from 1; retries and re-runs count alike
	Container int // that executes it
}

// AttemptFrom returns the attempt that ctx belongs to, where ctx is, or descends
// from, the context given to the function, and false elsewhere, a function over batches
// included, which executes many attempts at once. Use it while the
// function runs: the context is that of the container, and a goroutine that outlives
// its attempt would see, and race with, what the container does next.
func AttemptFrom(ctx context.Context) (Attempt, bool) {
	a, ok := ctx.Value(supervisor.AttemptKey{}).(supervisor.Attempting)
	if !ok {
		return Attempt{}, false
	}
	at, ok := a.Attempt()
	return Attempt(at), ok
}

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

// prepare gives the worker the context for the attempts of a chunk: its run's, or that
// of the caller whose only input it is.
func (w *worker[In, Out]) prepare(e *engine[In, Out], ch *chunk[In, Out]) {
	switch {
	case ch.rec != nil && ch.rec.call != nil:
		w.renew(ch.rec.call.ctx)
		w.foreign = true
		ch.rec.call.attempted(w.ctx.Load())
	default:
		w.useContext(e)
	}
}

// useContext gives the worker the context of a run.
func (w *worker[In, Out]) useContext(e *engine[In, Out]) {
	if w.foreign || w.parent != e.ctx {
		w.renew(e.ctx)
		w.foreign = false
	}
}

// renew gives the worker a new context for its attempts. Only where an attempt may
// be cancelled by itself does it cost more than its place in memory.
func (w *worker[In, Out]) renew(parent context.Context) {
	if old := w.ctx.Load(); old != nil {
		old.release()
	}
	c := &attemptContext{Context: parent, deadline: w.deadline, worker: w}
	if w.p.cancels() {
		c.Context, c.cancel = context.WithCancelCause(parent)
	}
	w.parent = parent
	w.ctx.Store(c)
}

// cancels reports that attempts may be cancelled by themselves: not only with their run.
func (p *pool[In, Out]) cancels() bool {
	return p.deployed != nil || p.opts.Timeout > 0 || p.opts.MaxInputs > 1
}
