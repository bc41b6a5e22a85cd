package mapper

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// engine is one run. An input's way through it is a straight line with one way back:
//
//	source → worker → settle → outlet → emitter
//	            ↑________│ (todo: retry at T, re-run)
type engine[In, Out any] struct {
	fn     func(context.Context, In) (Out, error)
	opts   Options
	caller context.Context
	ctx    context.Context
	cancel context.CancelCauseFunc
	epoch  time.Time // of the run's clock

	src     source[In]
	feed    *feed[In] // src, if it is one
	window  window
	todo    todo[In, Out]
	out     outlet[In, Out]
	results queue[In, Out] // out, where an emitter delivers
	depot   depot[In, Out]
	lot     lot
	reader  waiter      // the emitter
	timer   *time.Timer // the emitter's
	said    bool        // the emitter has delivered a result that says why the run ended
	events  *supervisor.Events
	pool    *supervisor.Supervisor

	workers  []atomic.Pointer[worker[In, Out]] // by lineage
	maxClaim int
	hint     atomic.Int64 // length of a claim, for new containers
	wide     atomic.Int32 // chunks of more than one input in hand

	succeeded atomic.Int64 // inputs
	failed    atomic.Int64 // inputs
	failures  atomic.Int64 // attempts that ended in an application failure
	retried   atomic.Int64 // attempts asked for after an application failure
	reran     atomic.Int64 // attempts asked for after a crash
	timedOut  atomic.Int64 // attempts

	over     atomic.Bool                     // nothing new may begin
	end      atomic.Pointer[ending[In, Out]] // why
	stopped  chan struct{}                   // closed by stop: the reader may have left
	stopOnce sync.Once
	finished chan struct{} // closed when the events are through; nil without any
	watched  chan struct{} // closed when the watchdog has ended; nil without one
}

func newEngine[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), opts Options) *engine[In, Out] {
	e := &engine[In, Out]{
		fn: fn, opts: opts, caller: ctx, epoch: time.Now(),
		reader: newWaiter(), stopped: make(chan struct{}), maxClaim: maxClaim,
	}
	e.ctx, e.cancel = context.WithCancelCause(ctx)
	e.hint.Store(1)
	e.todo.init(e)
	return e
}

// now is the run's clock.
func (e *engine[In, Out]) now() time.Duration { return time.Since(e.epoch) }

// bound sets the window, for runs whose results wait to be delivered.
func (e *engine[In, Out]) bound(outstanding int) {
	e.window.size = outstanding
	if outstanding != math.MaxInt {
		e.maxClaim = max(min(maxClaim, outstanding/4), 1)
	}
}

// start sets the containers to work. The source and the outlet are in place.
func (e *engine[In, Out]) start() {
	containers := min(e.opts.Containers, e.src.total())
	e.workers = make([]atomic.Pointer[worker[In, Out]], containers)
	e.events = supervisor.NewEvents(e.opts.Observer, containers)
	e.events.Emit(supervisor.Event{Kind: supervisor.RunStarted, Function: e.opts.Name, Container: -1, Lineage: -1, Input: supervisor.NoInput})
	e.pool = supervisor.Start(e.ctx, supervisor.Config{
		Name:       e.opts.Name,
		Containers: containers,
		Crashes:    e.opts.Crashes,
		Plain:      true,
		Grace:      e.opts.Grace,
		Serve:      e.serve,
		Crashed:    e.crashed,
		Abandoned:  func(c *supervisor.Container) bool { return e.takeAway(c, verdict{}) },
		Cutoff:     func(err *supervisor.CutoffError) { e.finish(err) },
		Spent:      e.spent,
		Events:     e.events,
	})
	if e.opts.Timeout > 0 {
		e.watched = make(chan struct{})
		go e.watch()
	}
	if e.events != nil {
		e.finished = make(chan struct{})
		go e.closeEvents()
	}
	context.AfterFunc(e.ctx, func() { e.checkEnd() })
	e.settled(0)
}

// serve is the life of one container.
func (e *engine[In, Out]) serve(ctx context.Context, c *supervisor.Container) error {
	w := &worker[In, Out]{e: e, c: c, bed: make(chan struct{}, 1), want: int(e.hint.Load()), lease: 1}
	w.renew(ctx)
	e.workers[c.Lineage()].Store(w)
	w.serve()
	return nil
}

// lend gives a piece of ch its inputs: copies, unless they are the caller's own slice,
// which outlives the run. The buffer of ch is cleared when ch is recycled.
func (e *engine[In, Out]) lend(piece, ch *chunk[In, Out], in []In) {
	if e.feed != nil || ch.rec != nil {
		piece.hold(in)
	} else {
		piece.in = in
	}
}

func (e *engine[In, Out]) hasWork() bool {
	return e.over.Load() || e.todo.any() || e.src.ready()
}

// succeed delivers finished inputs, and then counts them.
func (e *engine[In, Out]) succeed(ch *chunk[In, Out]) {
	n := len(ch.out)
	if n == 0 {
		e.depot.put(ch)
		return
	}
	if ch.rec != nil {
		e.todo.cleared(ch.rec)
	}
	e.deliver(ch)
	e.settled(e.succeeded.Add(int64(n)) + e.failed.Load())
}

func (e *engine[In, Out]) deliver(ch *chunk[In, Out]) {
	if e.out.put(ch) {
		e.reader.wake()
	}
}

// settled ends the run with its last input.
func (e *engine[In, Out]) settled(n int64) {
	if int(n) == e.src.total() {
		e.finish(nil)
	}
}

// spent reports that every unfinished input has been in a crash.
func (e *engine[In, Out]) spent() bool {
	taken := e.src.taken()
	return taken == e.src.total() && int64(taken)-e.succeeded.Load()-e.failed.Load() <= int64(e.todo.strickenCount())
}

// backlog is the number of results that wait to be delivered. It counts nothing where
// none do.
func (e *engine[In, Out]) backlog() int {
	if e.window.size == math.MaxInt {
		return 0
	}
	return int(e.succeeded.Load() + e.failed.Load() - e.window.delivered.Load())
}

// sourceEnded is told when the feeder has stopped.
func (e *engine[In, Out]) sourceEnded(failure *SourceError) {
	if failure != nil {
		e.finish(failure)
		return
	}
	e.settled(e.succeeded.Load() + e.failed.Load())
}
