package engine

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/pace"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// Run is one run.
type Run struct {
	Config
	ID     uint64
	Window intake.Window

	s      *Scheduler
	caller context.Context
	ctx    context.Context
	cancel context.CancelCauseFunc

	src      intake.Source
	iterator *intake.Iterator // src, if it is one
	backlog  backlog.Backlog
	former   *former // of batches, if the body takes them
	sink     chunk.Sink
	free     chunk.FreeList
	emitter

	maxClaim   int
	firstClaim atomic.Int64  // length of a claim, for workers that begin with this run
	stealable  atomic.Int32  // chunks of more than one input in hand
	visitors   atomic.Int32  // workers that serve this run now
	lastLeft   park.Waiter   // for the last of them to go
	cleared    chan struct{} // closed when they are gone; only on a function's pool

	counts
	over     atomic.Bool            // nothing new may begin
	ending   atomic.Pointer[ending] // why
	stopped  chan struct{}          // closed by Stop: the reader may have left
	stopOnce sync.Once
}

// NewRun makes a run that nothing has been started for: Take and Deliver say where its
// inputs come from and where its results go.
func NewRun(ctx context.Context, s *Scheduler, id uint64, cfg Config) *Run {
	r := &Run{
		Config: cfg, ID: id, s: s, caller: ctx,
		lastLeft: park.NewWaiter(), stopped: make(chan struct{}), maxClaim: pace.MaxClaim,
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.firstClaim.Store(1)
	r.free.New = cfg.NewChunk
	r.emitter.init()
	r.backlog.Init(backlog.Config{
		Run: id, Now: s.Now, Wake: s.Idle.WakeOther, Source: r.Source, Free: &r.free, Split: r.splitOff,
		Control: &s.control, Limit: cfg.CrashLimit, Quota: max(cfg.Containers/4, 1), Deployed: s.deployed(), Lowest: cfg.Lowest,
	})
	if cfg.Batches != nil {
		r.former = &former{r: r}
	}
	if cfg.Owner != nil {
		r.cleared = make(chan struct{})
	}
	return r
}

// Free is where its chunks are kept that nobody uses.
func (r *Run) Free() *chunk.FreeList { return &r.free }

// Source is where its inputs come from.
func (r *Run) Source() intake.Source { return r.src }

// Scheduler is who shares out the workers that it is served by.
func (r *Run) Scheduler() *Scheduler { return r.s }

// Context is the run's own, which its end ends, and Caller that of whoever began it.
func (r *Run) Context() context.Context { return r.ctx }

// Caller is the context of whoever began it.
func (r *Run) Caller() context.Context { return r.caller }

// Stopped is closed by Stop.
func (r *Run) Stopped() <-chan struct{} { return r.stopped }

// Bound sets the window, for runs whose results wait to be delivered.
func (r *Run) Bound(outstanding int) {
	r.Window.Size = outstanding
	if outstanding != math.MaxInt {
		r.maxClaim = max(min(pace.MaxClaim, outstanding/4), 1)
	}
}

// TakeSlice has inputs come from a slice of so many.
func (r *Run) TakeSlice(inputs intake.Inputs, total int) {
	r.src = intake.NewSlice(inputs, total, &r.Window, r.share())
}

// TakeIterator has inputs come from an iterator, which is for the caller to pull.
func (r *Run) TakeIterator() *intake.Iterator {
	r.iterator = intake.NewIterator(&r.Window, r.share(), &r.over, &r.s.Idle)
	r.src = r.iterator
	return r.iterator
}

// TakeFrom has inputs come from another source.
func (r *Run) TakeFrom(src intake.Source) { r.src = src }

// DeliverTo has results go straight to a sink, and nothing wait for an emitter.
func (r *Run) DeliverTo(sink chunk.Sink) { r.sink = sink }

// share is how many containers may want a part of the inputs.
func (r *Run) share() int {
	if r.former != nil {
		return 1 // a batch is as full as can be
	}
	return r.Containers * r.s.MaxInputs
}

// Admit has the containers of a function serve the run. Its source and sink are in place, and
// Begin follows.
func (r *Run) Admit() error {
	err := r.Owner.Admit(r)
	if err != nil {
		r.cancel(ErrStopped)
		r.ending.Store(&ending{cause: err})
		r.over.Store(true)
	}
	return err
}

// StartAlone starts the containers of a run that has the pool to itself. Begin follows.
func (r *Run) StartAlone(containers int) {
	r.s.Attach(r)
	r.s.Full()
	if r.s.TargetInputs < r.s.MaxInputs {
		r.s.Idle.Help(func() { r.s.Burst.WakeOne() })
		r.s.Idle.Helpful(true)
	}
	r.s.Start(r.ctx, r.cancel, containers, containers)
}

// Begin has the end of its context, or of its inputs, end the run.
func (r *Run) Begin() {
	context.AfterFunc(r.ctx, func() { r.checkEnd() })
	r.settled(0)
}

// lend gives a piece of ch its inputs: copies, unless they are the caller's own slice,
// which outlives the run. The buffer of ch is cleared when ch is recycled.
func (r *Run) lend(piece, ch *chunk.Chunk, lo, hi int) {
	piece.N = hi - lo
	if r.iterator != nil || ch.Task != nil {
		piece.Payload.Copy(ch.Payload, lo, hi)
	} else {
		piece.Payload.Share(ch.Payload, lo, hi)
	}
}

// hasWork reports that some container could do something for the run.
func (r *Run) hasWork() bool {
	switch {
	case r.over.Load():
		return false
	case r.former != nil:
		return r.backlog.Struck() || r.former.ready(backlog.Taker{Probe: probing(r.s.Alarm())})
	default:
		return r.backlog.Any() || r.src.Waiting() > 0
	}
}

// hasWorkFor reports that there is something for whoever asks.
func (r *Run) hasWorkFor(who backlog.Taker) bool {
	switch {
	case r.over.Load():
		return false
	case r.former != nil:
		return r.former.ready(who)
	default:
		return r.backlog.For(who) || r.src.Waiting() > 0
	}
}

// Wake has somebody come who takes what there is to do.
func (r *Run) Wake() { r.s.Idle.Wake() }

// succeed delivers finished inputs, and then counts them.
func (r *Run) succeed(ch *chunk.Chunk) {
	n := ch.N
	if n == 0 {
		r.free.Put(ch)
		return
	}
	if ch.Task != nil {
		r.backlog.Cleared(ch.Task)
	}
	r.deliver(ch)
	r.settled(r.succeeded.Add(int64(n)) + r.failed.Load())
}

func (r *Run) deliver(ch *chunk.Chunk) {
	if r.sink.Put(ch) {
		r.reader.Wake()
	}
}

// settled ends the run with its last input.
func (r *Run) settled(n int64) {
	if !r.Lasting && int(n) == r.src.Total() {
		r.Finish(nil)
	}
}

// SourceEnded is told that the iterator has, with the reason if that was not in order.
func (r *Run) SourceEnded(failure error) {
	if failure != nil {
		r.Finish(failure)
		return
	}
	r.settled(r.succeeded.Load() + r.failed.Load())
	r.Wake() // a batch need not wait any longer
}

// rules are those of the pace of its claims.
func (r *Run) rules() pace.Rules {
	rules := pace.Rules{Target: r.s.claimTarget(), Max: r.maxClaim}
	switch {
	case r.AtMostOnce && r.s.Runtime != nil:
		rules.Max = 1 // of several that were lost together nobody knows which were begun
	case r.s.Timeout == 0 && !r.AtMostOnce:
		rules.Cheap = r.Cheap
	}
	return rules
}

func (s *Scheduler) claimTarget() time.Duration {
	if s.Runtime != nil {
		return pace.There
	}
	return pace.Here
}
