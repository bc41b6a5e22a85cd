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
//
// The workers are those of a pool, which may serve other runs as well.
type engine[In, Out any] struct {
	id     uint64
	p      *pool[In, Out]
	opts   Options
	caller context.Context
	ctx    context.Context
	cancel context.CancelCauseFunc

	src     source[In, Out]
	feed    *feed[In, Out] // src, if it is one
	window  window
	todo    todo[In, Out]
	batcher *batcher[In, Out] // of batches, if the body takes them
	out     outlet[In, Out]
	results queue[In, Out] // out, where an emitter delivers
	depot   depot[In, Out]
	reader  waiter      // the emitter
	timer   *time.Timer // the emitter's
	said    bool        // the emitter has delivered a result that says why the run ended
	lasting bool        // it is not over when every input is settled: more may come

	maxClaim int
	hint     atomic.Int64  // length of a claim, for workers that begin with this run
	wide     atomic.Int32  // chunks of more than one input in hand
	visitors atomic.Int32  // workers that serve this run now
	left     waiter        // for the last of them to go
	cleared  chan struct{} // closed when they are gone; only on a function's pool

	succeeded atomic.Int64 // inputs
	failed    atomic.Int64 // inputs
	faults    atomic.Int64 // of failed: those by themselves
	cancelled atomic.Int64 // of failed: those that the end of the run has left unfinished
	failures  atomic.Int64 // attempts that ended in an application failure
	retried   atomic.Int64 // attempts asked for after an application failure
	reran     atomic.Int64 // attempts asked for after a crash

	view     *view[In, Out]                  // for observers; nil without one
	over     atomic.Bool                     // nothing new may begin
	end      atomic.Pointer[ending[In, Out]] // why
	stopped  chan struct{}                   // closed by stop: the reader may have left
	stopOnce sync.Once
}

func newEngine[In, Out any](ctx context.Context, p *pool[In, Out], opts Options) *engine[In, Out] {
	e := &engine[In, Out]{
		p: p, opts: opts, caller: ctx,
		reader: newWaiter(), left: newWaiter(),
		stopped: make(chan struct{}), maxClaim: maxClaim,
	}
	e.ctx, e.cancel = context.WithCancelCause(ctx)
	e.hint.Store(1)
	e.id = p.id
	if p.deployed != nil {
		e.id = numbers.Add(1)
	}
	e.todo.init(e)
	if p.body().batched {
		e.batcher = &batcher[In, Out]{e: e}
	}
	return e
}

// now is the run's clock.
func (e *engine[In, Out]) now() time.Duration { return e.p.now() }

// bound sets the window, for runs whose results wait to be delivered.
func (e *engine[In, Out]) bound(outstanding int) {
	e.window.size = outstanding
	if outstanding != math.MaxInt {
		e.maxClaim = max(min(maxClaim, outstanding/4), 1)
	}
}

// share is how many containers may want a part of the inputs.
func (e *engine[In, Out]) share() int {
	if e.batcher != nil {
		return 1 // a batch is as full as can be
	}
	return e.opts.Containers * e.opts.MaxInputs
}

// start has containers serve the run. The source and the outlet are in place.
func (e *engine[In, Out]) start() error {
	if e.p.deployed != nil {
		e.cleared = make(chan struct{})
		e.watch()
		e.view.begin()
		if err := e.p.deployed.accept(e); err != nil {
			e.end.Store(&ending[In, Out]{cause: err})
			e.over.Store(true)
			e.unwatch(supervisor.RunEnded, err)
			e.view.seal()
			return err
		}
	} else {
		e.startAlone()
	}
	context.AfterFunc(e.ctx, func() { e.checkEnd() })
	e.settled(0)
	return nil
}

// startAlone starts the containers of a run of its own.
func (e *engine[In, Out]) startAlone() {
	p := e.p
	containers := min(e.opts.Containers, e.src.total())
	p.openEvents(containers)
	e.watch()
	p.attach(e)
	p.full.Store(true)
	if e.opts.TargetInputs < e.opts.MaxInputs {
		p.lot.help = func() { p.burst.wakeOne() }
		p.lot.helpful.Store(true)
	}
	p.start(e.ctx, e.cancel, containers, containers)
	e.view.begin()
	if p.events != nil {
		p.finished = make(chan struct{})
		go p.closeEvents(e)
	}
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

// hasWork reports that a container could do something for the run.
func (e *engine[In, Out]) hasWork() bool {
	switch {
	case e.over.Load():
		return false
	case e.batcher != nil:
		return e.batcher.ready()
	default:
		return e.todo.any() || e.src.waiting() > 0
	}
}

func (e *engine[In, Out]) fresh() bool { return e.src.waiting() > 0 }

// wake has somebody come who takes what there is to do.
func (e *engine[In, Out]) wake() { e.p.lot.wake() }

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
	if !e.lasting && int(n) == e.src.total() {
		e.finish(nil)
	}
}

// spent reports that every unfinished input has been in a crash.
func (e *engine[In, Out]) spent() bool {
	taken := e.src.taken()
	return e.src.ended() && e.src.waiting() == 0 &&
		int64(taken)-e.succeeded.Load()-e.failed.Load() <= int64(e.todo.strickenCount())
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
	e.wake() // a batch need not wait any longer
}
