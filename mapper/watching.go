package mapper

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// errNotStarted is the answer to a Watcher that acts from within Watch.
var errNotStarted = errors.New("mapper: not started yet")

// numbers are those of runs and functions in this process.
var numbers atomic.Uint64

// view is a run, or a function, where f is not nil.
type view[In, Out any] struct {
	e     *engine[In, Out] // of a function: that of its calls
	f     *Function[In, Out]
	about About
	began atomic.Bool // the pool has started: before that there is nothing to see
	done  chan struct{}

	mu     sync.Mutex
	shown  tally // the most that anybody was shown
	sealed bool  // the slice of the inputs is its owner's again
}

// begin is the start of the pool.
func (v *view[In, Out]) begin() {
	if v != nil {
		v.began.Store(true)
	}
}

// watch shows a run to the observers that want to look, and tells all of its start.
func (e *engine[In, Out]) watch() {
	if e.p.events == nil {
		return
	}
	about := About{ID: e.id, Name: e.opts.Name, Started: time.Now(), Options: e.opts}
	if e.p.deployed != nil {
		about.Parent = e.p.id
	}
	e.view = &view[In, Out]{e: e, about: about, done: make(chan struct{})}
	e.view.show(supervisor.RunStarted)
}

// watch shows the function.
func (f *Function[In, Out]) watch() {
	if f.p.events == nil {
		return
	}
	about := About{ID: f.p.id, Name: f.opts.Name, Function: true, Started: time.Now(), Options: f.opts}
	f.calls.view = &view[In, Out]{e: f.calls, f: f, about: about, done: make(chan struct{})}
	f.calls.view.show(supervisor.FunctionDeployed)
}

func (v *view[In, Out]) show(kind supervisor.Kind) {
	v.e.p.events.Tell(func(o supervisor.Observer) {
		if w, ok := o.(Watcher); ok {
			w.Watch(v)
		}
	})
	v.e.tell(kind, nil)
}

// unwatch tells observers of the end.
func (e *engine[In, Out]) unwatch(kind supervisor.Kind, cause error) {
	if e.view != nil {
		close(e.view.done)
		e.tell(kind, cause)
	}
}

// seal is the end of all looking at the inputs: the caller is about to have them back.
func (v *view[In, Out]) seal() {
	if v != nil {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.sealed = true
	}
}

// tell tells observers something about the run.
func (e *engine[In, Out]) tell(kind supervisor.Kind, err error) {
	e.p.events.Emit(supervisor.Event{
		Kind: kind, Run: e.id, Container: -1, Lineage: -1, Input: supervisor.NoInput, Err: err,
	})
}

func (v *view[In, Out]) About() About { return v.about }

// over reports that Done is closed.
func (v *view[In, Out]) over() bool {
	select {
	case <-v.done:
		return true
	default:
		return false
	}
}

func (v *view[In, Out]) Context() context.Context { return v.e.caller }

func (v *view[In, Out]) Done() <-chan struct{} { return v.done }

func (v *view[In, Out]) Pool() supervisor.Snapshot {
	if !v.began.Load() {
		return supervisor.Snapshot{}
	}
	return v.e.p.sup.Snapshot()
}

func (v *view[In, Out]) Reset() {
	if v.began.Load() {
		v.e.p.sup.Reset()
	}
}

func (v *view[In, Out]) Drain(container int) bool {
	return v.began.Load() && v.e.p.drain(container)
}

func (v *view[In, Out]) Err() error {
	switch {
	case !v.began.Load():
		return nil
	case v.f != nil:
		return v.f.p.endedBy()
	default:
		return v.e.cause()
	}
}

func (v *view[In, Out]) Value(index int) (any, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sealed {
		return nil, false
	}
	if s, ok := v.e.src.(*slice[In, Out]); ok && index >= 0 && index < len(s.in) {
		return inputOf(s.in[index]), true
	}
	return nil, false
}

func (v *view[In, Out]) Stop(ctx context.Context) error {
	switch {
	case !v.began.Load():
		return errNotStarted
	case v.f != nil:
		return v.f.stop(ctx, v.done)
	}
	v.e.stop()
	select {
	case <-v.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (v *view[In, Out]) Spawn(ctx context.Context, input any) error {
	in, ok := input.(In)
	switch {
	case !v.began.Load():
		return errNotStarted
	case v.f == nil:
		return fmt.Errorf("mapper: a run takes no further inputs (%w)", ErrStopped)
	case !ok:
		return invalid("input", fmt.Sprintf("%T", input), fmt.Sprintf("must be a %T", *new(In)))
	}
	_, err := v.f.Spawn(ctx, in)
	return err
}

func (v *view[In, Out]) Containers() []ContainerView {
	var all []ContainerView
	if !v.began.Load() {
		return all
	}
	for h := range v.e.p.hosts {
		c := ContainerView{ID: h.c.ID(), Lineage: h.c.Lineage(), Release: h.release.number, Input: supervisor.NoInput}
		for _, w := range h.slots {
			w.show(&c)
		}
		if h.phase.Load() == working {
			if gauge, ok := h.instance.remote.(supervisor.Gauge); ok {
				c.Memory, c.MemoryLimit = gauge.Memory()
			}
		}
		all = append(all, c)
	}
	return all
}

// show adds what the worker executes.
func (w *worker[In, Out]) show(c *ContainerView) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, i, n := w.executes()
	if n == 0 {
		return
	}
	c.Inputs += n
	if c.Input == supervisor.NoInput {
		c.Run, c.Since = w.e.id, w.p.now()-w.since
		c.Input, c.Attempt = ch.lo+i, ch.attempt()
	}
}

// executes returns the inputs that the worker has begun and not ended: the first is the one
// at position i of ch, and there are n. The caller holds w.mu.
func (w *worker[In, Out]) executes() (ch *chunk[In, Out], i, n int) {
	switch {
	case w.cur != nil:
		begun, end := begunEnd(w.span.Load())
		i = min(max(begun-w.lease, w.cur.from, 0), end)
		return w.cur, i, min(begun, end) - i
	case w.batch != nil:
		for _, ch := range w.batch {
			n += len(ch.in)
		}
		return w.batch[0], 0, n
	}
	return nil, 0, 0
}

// inputOf is an input as its caller knows it: a stream wraps each into a pipe.
func inputOf(in any) any {
	if wrapped, ok := in.(interface{ input() any }); ok {
		return wrapped.input()
	}
	return in
}
