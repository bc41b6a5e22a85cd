package engine

import (
	"context"
	"math"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/gate"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/pace"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// NewRun makes a run that nothing has been started for: Take and Deliver say where its
// inputs come from and where its results go.
func NewRun(ctx context.Context, s *Scheduler, id uint64, cfg Config) *Run {
	r := &Run{
		Config: cfg, ID: id, s: s, caller: ctx,
		maxClaim: pace.MaxClaim,
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.hub = attempt.NewHub(r.ctx)
	r.firstClaim.Store(1)
	r.free.New = cfg.NewChunk
	r.limiter = newLimiter(cfg.FailureLimit)
	if cfg.Workers > 0 {
		r.quota = gate.NewQuota(cfg.Workers, s.mayBegin)
	}
	var may func(*chunk.Task) bool
	var beside backlog.Beside
	if cfg.Asks != nil {
		r.aside = s.limits.NewAside(id)
		beside = r.aside
		may = func(t *chunk.Task) bool { return s.limits.May(id, t) }
	}
	r.hedges()
	r.backlog.Init(backlog.Config{
		Run: id, Now: s.Now, Wake: s.Idle.WakeOther, Source: r.Source, Free: &r.free, Split: r.splitOff,
		Control: &s.control, Limit: cfg.CrashLimit, Quota: max(cfg.Containers/4, 1), Deployed: s.deployed(), Lowest: cfg.Lowest || cfg.InOrder,
		InTurn: cfg.InOrder, Late: r.outOfTime, May: may, Beside: beside,
	})
	if cfg.Batches != nil {
		r.former = &former{r: r}
	}
	if cfg.Owner != nil {
		r.cleared, r.lastLeft = make(chan struct{}), park.NewWaiter()
	}
	return r
}

// Free is where its chunks are kept that nobody uses.
func (r *Run) Free() *chunk.FreeList { return &r.free }

// Frontier is what waits in a run whose attempts add inputs; else nil.
func (r *Run) Frontier() *intake.Frontier { return r.frontier }

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
	if outstanding != math.MaxInt && r.hedger == nil {
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

// TakeFrontier has inputs come from the attempts too. The caller gives it the first ones.
func (r *Run) TakeFrontier(inputs intake.Added, breadthFirst, ordered bool) *intake.Frontier {
	r.frontier = intake.NewFrontier(intake.FrontierConfig{
		Inputs: inputs, Window: &r.Window, Share: r.share(), BreadthFirst: breadthFirst, Ordered: ordered,
		Over: &r.over, Lot: &r.s.Idle,
	})
	r.src = r.frontier
	return r.frontier
}

// TakeFrom has inputs come from another source.
func (r *Run) TakeFrom(src intake.Source) { r.src = src }

// DeliverTo has results go straight to a sink, and nothing wait for an emitter.
func (r *Run) DeliverTo(sink chunk.Sink) { r.sink = sink }

// Queue has an emitter deliver the results to a reader, who may stop the run, in the order of the inputs or of completion.
func (r *Run) Queue(window int, unordered bool) {
	r.reader, r.stopped = park.NewWaiter(), make(chan struct{})
	if unordered {
		r.results = &chunk.Completions{}
	} else {
		r.results = chunk.NewRing(window)
	}
	r.sink = r.results
}

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
		r.closeKeeper()
	}
	return err
}

// StartAlone starts the containers of a run that has the pool to itself, at most so many. Begin follows. If nobody reads
// results, who began the run has nothing to do but to join it, and supervises the pool meanwhile.
func (r *Run) StartAlone(containers int) {
	r.s.Attach(r)
	r.s.StartAlone(r.ctx, r.cancel, containers, r.left)
	if r.results != nil {
		go r.s.Supervise()
	}
}

// left is how many inputs are known that are not settled, those twice that may have a second attempt, and whether there may be
// more at some time.
func (r *Run) left() (unfinished int, more bool) {
	known := r.src.Total()
	switch {
	case r.frontier != nil:
		known = r.frontier.Known()
	case known == math.MaxInt:
		known = r.src.Taken()
	}
	more = r.src.Total() == math.MaxInt || r.frontier != nil || r.hedger != nil
	return known - int(r.succeeded.Load()+r.failed.Load()) + r.extra(), more
}

// Retrying is how many inputs wait for another attempt.
func (r *Run) Retrying() int {
	n := r.backlog.Count()
	if r.aside != nil {
		_, _, begun := r.aside.Held()
		n += begun
	}
	return n
}

// setAside takes out an input that waits aside, if it does.
func (r *Run) setAside(t *chunk.Task) bool { return r.aside != nil && r.aside.Remove(t) }

// Undelivered is the number of results that wait to be delivered. It counts nothing where
// none do.
func (r *Run) Undelivered() int {
	if r.Window.Size == math.MaxInt {
		return 0
	}
	return int(r.succeeded.Load() + r.failed.Load() - r.Window.Delivered.Load())
}

// Readable reports that the next result is there for the reader.
func (r *Run) Readable() bool { return r.results != nil && r.results.Waiting() }

// rules are those of the pace of its claims.
func (r *Run) rules() pace.Rules {
	rules := pace.Rules{Target: r.s.claimTarget(), Max: r.maxClaim}
	switch {
	case r.s.rate != nil || r.aside != nil || r.s.adaptive != nil:
		rules.Max = 1 // each begin takes a token, or a place
	case r.AtMostOnce && r.s.Runtime != nil:
		rules.Max = 1 // of several that were lost together nobody knows which were begun
	case r.s.Timeout == 0 && !r.AtMostOnce && r.keeper == nil && r.hedger == nil:
		rules.Cheap = r.Cheap
	}
	return rules
}
