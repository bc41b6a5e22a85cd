package mapper

import (
	"context"

	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/supervisor"
)

// How a function begins, and the goroutine that sees it to its end.

// deploy makes a function that nothing has been started for.
func deploy(body shape, opts Options) (*life, error) {
	if err := body.validate(); err != nil {
		return nil, err
	}
	opts, err := opts.deployed()
	if err != nil {
		return nil, err
	}
	if err := body.check(opts.Runtime); err != nil {
		return nil, err
	}
	if err := body.bears(opts); err != nil {
		return nil, err
	}
	s := engine.NewScheduler(fleet.New(opts.fleet(numbers.Add(1), true), body.plan))
	s.OpenGates(opts.gates(body))
	return &life{
		s: s, opts: opts, expands: body.expands, inOrder: body.inOrder(), runs: map[*engine.Run]struct{}{},
		idle: make(chan struct{}), ended: make(chan struct{}),
	}, nil
}

// begin starts the first containers of a function that lives until the caller's context ends.
func (f *life) begin(caller context.Context, t types, spawn func(context.Context, any) error) {
	ctx, cancel := lifeOf(caller)
	f.openQueue(ctx, t)
	f.s.SetScale(f.opts.Scale.fleet())
	f.s.OpenEvents(f.opts.Observer, f.opts.Scale.Max)
	f.show(caller, spawn)
	f.s.Start(ctx, cancel, f.opts.Scale.Max, f.opts.Scale.Min)
	go f.s.Supervise()
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
	l := &lifeContext{ctx, caller, cancel}
	unwatch := context.AfterFunc(caller, func() { l.Err() })
	context.AfterFunc(ctx, func() { unwatch() })
	return l, cancel
}

// lifeContext ends as soon as somebody asks whether it has: on busy processors it takes a while until the end of the
// caller's is told.
type lifeContext struct {
	context.Context
	caller context.Context
	cancel context.CancelCauseFunc
}

// Err looks at the caller's context first.
func (c *lifeContext) Err() error {
	if c.caller.Err() != nil {
		c.cancel(engine.StoppedBy(context.Cause(c.caller)))
	}
	return c.Context.Err()
}

// openQueue makes the run of the calls.
func (f *life) openQueue(ctx context.Context, t types) {
	opts := f.opts
	opts.ReturnExceptions = true
	cfg := opts.engine(t, callsOwner{})
	cfg.Lasting, cfg.InOrder = true, f.inOrder
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

func (callsOwner) Left(*engine.Run) {}

// show shows the function to the observers that want to look, and tells all of its start.
func (f *life) show(caller context.Context, spawn func(context.Context, any) error) {
	about := About{ID: f.s.ID, Name: f.opts.Name, Function: true, Options: f.opts}
	f.view = newView(f.calls, about, nil)
	if f.view != nil {
		f.view.f, f.view.spawn, f.view.ctx = f, spawn, caller
	}
	f.view.show(supervisor.FunctionDeployed)
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
	f.s.CloseGates()
	<-f.s.ScalerDone()
	f.checkIdle()
	<-f.idle // the runs have ended
	f.view.end(supervisor.FunctionStopped, f.endedBy())
	f.s.Events().Close(f.opts.Grace)
}
