package mapper

import (
	"context"
	"sync"
)

// Group is calls that belong together, made by [Function.Group]: the first that fails ends the others, and [Group.Wait] joins
// them. It is to calls what golang.org/x/sync/errgroup is to goroutines. Its methods are safe for concurrent use.
type Group[In, Out any] struct {
	f      *Function[In, Out]
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	calls   []*Call[Out] // that were accepted
	open    int          // calls of which something may execute
	waiting bool         // Wait was called: no more come
	left    chan struct{}
}

// Group makes a group without calls. The end of ctx ends its calls. Group does not block. A group that is no longer of use is to
// be waited for or cancelled, unless ctx ends.
func (f *Function[In, Out]) Group(ctx context.Context) *Group[In, Out] {
	g := &Group[In, Out]{f: f, left: make(chan struct{})}
	g.ctx, g.cancel = context.WithCancelCause(ctx)
	return g
}

// Spawn is [Function.Spawn] for a call of the group. When a call has failed, or ctx or Cancel has ended the group, it returns
// why, as Wait does. After Wait it returns [ErrClosed].
func (g *Group[In, Out]) Spawn(in In) (*Call[Out], error) {
	return g.begin(in, (*callQueue).submit)
}

// Submit is [Function.Submit] for a call of the group: Spawn that waits for a place. The end of the group ends the wait too.
func (g *Group[In, Out]) Submit(in In) (*Call[Out], error) {
	return g.begin(in, (*callQueue).await)
}

// Cancel ends the calls of the group with [ErrCancelled], as [Call.Cancel] does. It does not wait.
func (g *Group[In, Out]) Cancel() { g.cancel(ErrCancelled) }

// Wait waits until every call of the group is settled and nothing of them executes any more: unlike [Call.Get] it joins attempts
// that were cancelled, for which they have Grace. It returns the values in the order in which the calls were accepted, the zero
// value for one that has none. The error is nil if all have succeeded. Otherwise it is the *[InputError] of the first call that has
// failed or was cancelled by itself, with its place in the group as its Index; the cause of ctx; or [ErrCancelled].
//
// Nothing but ctx bounds the wait, and the function's Timeout. Wait may be called again.
func (g *Group[In, Out]) Wait() ([]Out, error) {
	g.mu.Lock()
	if !g.waiting {
		g.waiting = true
		g.closeIfLeft()
	}
	g.mu.Unlock()
	<-g.left
	defer g.cancel(ErrClosed) // lets go of ctx
	values := make([]Out, len(g.calls))
	var err error
	for i, c := range g.calls {
		values[i] = c.value
		if c.err != nil {
			err = context.Cause(g.ctx)
		}
	}
	return values, err
}

// begin submits a call.
func (g *Group[In, Out]) begin(in In, submit submission) (*Call[Out], error) {
	g.mu.Lock()
	if g.waiting {
		g.mu.Unlock()
		return nil, ErrClosed
	}
	g.open++
	g.mu.Unlock()
	m := &member[In, Out]{g: g}
	c, err := g.f.begin(g.ctx, in, submit, m.through)
	if err != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.open--
		g.closeIfLeft()
		return nil, err
	}
	m.place(c)
	return c, nil
}

// closeIfLeft tells Wait if that was the last call. The caller holds the lock.
func (g *Group[In, Out]) closeIfLeft() {
	if g.waiting && g.open == 0 {
		close(g.left)
	}
}

// member is a call on its way into a group: it may be settled before its place is known.
type member[In, Out any] struct {
	g      *Group[In, Out]
	placed bool
	index  int
}

// place gives the call its place, once.
func (m *member[In, Out]) place(c *Call[Out]) int {
	m.g.mu.Lock()
	defer m.g.mu.Unlock()
	if !m.placed {
		m.placed, m.index = true, len(m.g.calls)
		m.g.calls = append(m.g.calls, c)
	}
	return m.index
}

// through is told when the call is settled and nothing of it executes.
func (m *member[In, Out]) through(c *Call[Out]) {
	g, i := m.g, m.place(c)
	if c.err != nil {
		g.cancel(&InputError{Index: i, Attempts: c.attempts, Err: c.err}) // the first counts
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
	g.closeIfLeft()
}
