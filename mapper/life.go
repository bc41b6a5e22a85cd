package mapper

import (
	"context"
	"fmt"
	"sync"

	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/supervisor"
)

// life is a deployed function without its types: from Deploy until nothing of it is left.
type life struct {
	s     *engine.Scheduler
	opts  Options
	calls *engine.Run // the run that all calls are part of
	queue *callQueue
	view  *view

	mu       sync.Mutex
	runs     int // that are not over
	stopping bool
	idle     chan struct{} // closed when a stopping function has nothing more to do
	ended    chan struct{} // closed when nothing of it is left
}

// begin starts the first containers of a function that lives until the caller's context ends.
func (f *life) begin(caller context.Context, t types, spawn func(context.Context, any) error) {
	ctx, cancel := lifeOf(caller)
	f.openQueue(ctx, t)
	f.s.SetScale(f.opts.Scale.fleet())
	f.s.OpenEvents(f.opts.Observer, f.opts.Scale.Max)
	f.watch(caller, spawn)
	f.s.Start(ctx, cancel, f.opts.Scale.Max, f.opts.Scale.Min)
	f.view.begin()
	f.s.Attach(f.calls)
	context.AfterFunc(ctx, f.s.ShutNow)
	f.calls.Begin()
	f.s.StartScaler()
	go f.end()
}

// lifeOf is the context of a function. It has the values of the caller's and ends with it,
// and says that then it is the function that has ended.
func lifeOf(caller context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(caller))
	unwatch := context.AfterFunc(caller, func() { cancel(engine.StoppedBy(context.Cause(caller))) })
	context.AfterFunc(ctx, func() { unwatch() })
	return ctx, cancel
}

// openQueue makes the run of the calls.
func (f *life) openQueue(ctx context.Context, t types) {
	opts := f.opts
	opts.ReturnExceptions = true
	cfg := opts.engine(t, callsOwner{})
	cfg.Lasting = true
	f.calls = engine.NewRun(ctx, f.s, f.s.ID, cfg)
	f.calls.Bound(unlimited)
	f.queue = &callQueue{run: f.calls, limit: f.opts.Outstanding, drained: f.checkIdle, refused: f.ending}
	f.calls.TakeFrom(f.queue)
	f.calls.DeliverTo(f.queue)
}

// callsOwner is that of the run of the calls, which nobody admits and nobody waits for but the
// function.
type callsOwner struct{}

func (callsOwner) Admit(*engine.Run) error { return nil }
func (callsOwner) Left(*engine.Run)        {}

// watch shows the function to the observers that want to look, and tells all of its start.
func (f *life) watch(caller context.Context, spawn func(context.Context, any) error) {
	about := About{ID: f.s.ID, Name: f.opts.Name, Function: true, Options: f.opts}
	f.view = newView(f.calls, about, nil)
	if f.view != nil {
		f.view.f, f.view.spawn, f.view.ctx = f, spawn, caller
	}
	f.view.show(supervisor.FunctionDeployed)
}

// admit begins to serve a run, unless the function is stopped.
func (f *life) admit(e *engine.Run) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopping {
		return f.ending()
	}
	f.runs++
	f.s.Attach(e)
	ctx := f.s.Context()
	unwatch := context.AfterFunc(ctx, func() { e.Finish(context.Cause(ctx)) })
	context.AfterFunc(e.Context(), func() { unwatch() })
	f.s.Idle.Wake()
	return nil
}

// left is told when no worker serves a run any more.
func (f *life) left() {
	f.mu.Lock()
	f.runs--
	f.mu.Unlock()
	f.checkIdle()
}

// ending is why the function does nothing any more.
func (f *life) ending() error {
	if cause := context.Cause(f.s.Context()); cause != nil {
		return cause
	}
	return ErrStopped
}

// endedBy is why the function has ended, nil if it was stopped or lives.
func (f *life) endedBy() error {
	if cause := context.Cause(f.s.Context()); cause != ErrStopped {
		return cause
	}
	return nil
}

// late is the cause of the end of ctx, joined with why no container starts, if that is what
// was waited for.
func (f *life) late(ctx context.Context) error {
	cause := context.Cause(ctx)
	if crash := f.s.Unready(); crash != nil {
		return fmt.Errorf("%w, waiting for a container: %w", cause, crash)
	}
	return cause
}

// stop waits for ended. An observer that stops its function cannot be waited for as well.
func (f *life) stop(ctx context.Context, ended <-chan struct{}) error {
	f.refuse()
	f.checkIdle()
	select {
	case <-f.idle:
	case <-ended:
	case <-ctx.Done():
		f.s.Cancel(ErrStopped)
		<-ended
		return context.Cause(ctx)
	}
	f.s.Cancel(ErrStopped) // before the containers end, or they would be replaced
	f.s.Shut()
	<-ended
	if cause := f.endedBy(); cause != nil {
		return cause
	}
	return f.s.ExitErr()
}

// refuse accepts nothing any more. The queue goes first: once the function is stopping, the
// last call that is settled makes it idle.
func (f *life) refuse() {
	f.queue.close()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopping = true
}

func (f *life) stopped() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stopping
}

// checkIdle tells a stopping function that nothing is left to do.
func (f *life) checkIdle() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopping && f.runs == 0 && f.queue.pending.Load() == 0 {
		select {
		case <-f.idle:
		default:
			close(f.idle)
		}
	}
}

// end waits for the end of the function and settles what it leaves. It is its last
// goroutine.
func (f *life) end() {
	defer close(f.ended)
	<-f.s.Context().Done()
	f.refuse()
	f.calls.Finish(context.Cause(f.s.Context()))
	f.calls.Join()
	f.calls.Abort()
	f.queue.abort()
	f.s.Join()
	<-f.s.ScalerDone()
	f.checkIdle()
	<-f.idle // the runs have ended
	f.view.end(supervisor.FunctionStopped, f.endedBy())
	f.s.Events().Close(f.opts.Grace)
}
