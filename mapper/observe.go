package mapper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/supervisor"
)

// errNotStarted is the answer to a Watcher that acts from within Watch.
var errNotStarted = errors.New("mapper: not started yet")

// newView is nil where nobody observes.
func newView(e *engine.Run, about About, value func(int) (any, bool)) *view {
	s := e.Scheduler()
	if s.Events() == nil {
		return nil
	}
	about.Started = time.Now()
	return &view{e: e, s: s, ctx: e.Caller(), about: about, value: value, done: make(chan struct{})}
}

// show shows it to the observers that want to look, and tells all of its start.
func (v *view) show(kind supervisor.Kind) {
	if v == nil {
		return
	}
	v.s.Events().Tell(func(o supervisor.Observer) {
		if w, ok := o.(Watcher); ok {
			w.Watch(v)
		}
	})
	v.s.Events().Emit(v.event(kind, nil))
}

// begin is the start of the pool.
func (v *view) begin() {
	if v != nil {
		v.began.Store(true)
	}
}

// end tells observers of it.
func (v *view) end(kind supervisor.Kind, cause error) {
	if v == nil {
		return
	}
	close(v.done)
	c := v.Counts()
	ev := v.event(kind, cause)
	ev.Outcome, ev.Failed = outcome(v.about.Function, c, cause), c.Failed
	if at, ok := guard.As[*InputError](cause); ok {
		ev.Input = at.Index
	}
	v.s.Events().Emit(ev)
}

// seal is the end of all looking at the inputs: the caller is about to have them back.
func (v *view) seal() {
	if v != nil {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.sealed = true
	}
}

func (v *view) event(kind supervisor.Kind, err error) supervisor.Event {
	return supervisor.Event{Kind: kind, Run: v.e.ID, Container: -1, Lineage: -1, Input: supervisor.NoInput, Err: err}
}

func (v *view) About() About { return v.about }

// over reports that Done is closed.
func (v *view) over() bool {
	select {
	case <-v.done:
		return true
	default:
		return false
	}
}

func (v *view) Context() context.Context { return v.ctx }

func (v *view) Done() <-chan struct{} { return v.done }

func (v *view) Pool() supervisor.Snapshot {
	if !v.began.Load() {
		return supervisor.Snapshot{}
	}
	return v.s.Snapshot()
}

func (v *view) Reset() {
	if v.began.Load() {
		v.s.Reset()
	}
}

func (v *view) Pause() {
	switch {
	case !v.began.Load():
	case v.f != nil:
		v.s.Pause()
	default:
		v.e.Pause()
	}
}

func (v *view) Resume() {
	switch {
	case !v.began.Load():
	case v.f != nil:
		v.s.Resume()
	default:
		v.e.Resume()
	}
}

func (v *view) Drain(container int) bool {
	return v.began.Load() && v.s.Drain(container)
}

func (v *view) Err() error {
	switch {
	case !v.began.Load():
		return nil
	case v.f != nil:
		return v.f.endedBy()
	default:
		return v.e.Cause()
	}
}

func (v *view) Value(index int) (any, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sealed || v.value == nil {
		return nil, false
	}
	return v.value(index)
}

func (v *view) Stop(ctx context.Context) error {
	switch {
	case !v.began.Load():
		return errNotStarted
	case v.f != nil:
		return v.f.stop(ctx, v.done)
	}
	v.e.Stop()
	select {
	case <-v.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (v *view) Spawn(ctx context.Context, input any) error {
	switch {
	case !v.began.Load():
		return errNotStarted
	case v.spawn == nil:
		return fmt.Errorf("mapper: a run takes no further inputs (%w)", ErrStopped)
	}
	return v.spawn(ctx, input)
}

func (v *view) Containers() []ContainerView {
	var all []ContainerView
	if !v.began.Load() {
		return all
	}
	for c := range v.s.Containers {
		shown := ContainerView{ID: c.ID(), Lineage: c.Lineage(), Machine: c.Machine(), Release: c.Release().Number, Input: supervisor.NoInput}
		for _, w := range c.Workers() {
			shown.add(w.(*engine.Worker).Executing())
		}
		shown.Memory, shown.MemoryLimit = c.Memory()
		all = append(all, shown)
	}
	return all
}

// add adds what one of its workers executes.
func (c *ContainerView) add(x engine.Executing) {
	if x.Inputs == 0 {
		return
	}
	c.Inputs += x.Inputs
	if c.Input == supervisor.NoInput {
		c.Run, c.Since, c.Input, c.Attempt = x.Run, x.Since, x.Input, x.Attempt
	}
}
