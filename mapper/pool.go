package mapper

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// pool is the containers of a function and the runs that they serve. A run of its own
// (Map and its kin) has a pool that lives and ends with it; a deployed function has
// one for as many runs as come, and one more for its calls.
type pool[In, Out any] struct {
	id     uint64 // of the function, or of the run of its own
	opts   Options
	epoch  time.Time // of the pool's clock
	ctx    context.Context
	cancel context.CancelCauseFunc
	sup    *supervisor.Supervisor
	events *supervisor.Events
	detail bool // observers want each attempt

	deployed *Function[In, Out] // nil for the pool of a run of its own
	release  atomic.Pointer[release[In, Out]]
	seats    atomic.Pointer[[]*seat[In, Out]]   // by lineage
	runs     atomic.Pointer[[]*engine[In, Out]] // that containers may serve
	lot      lot
	burst    lot         // workers beyond TargetInputs of their containers
	full     atomic.Bool // no further container will be started, so that burst is called upon
	over     atomic.Bool // containers take nothing any more, and end

	exits    sync.WaitGroup // of crashed containers: they are not waited for as such
	exitErr  atomic.Pointer[ExitError]
	unready  atomic.Pointer[supervisor.CrashError] // the last start that failed, until one succeeds
	timedOut atomic.Int64                          // attempts

	watched  chan struct{} // closed when the watchdog has ended; nil without one
	finished chan struct{} // closed when the events are through; nil without any

	mu sync.Mutex // guards changes of runs and seats
}

// release is a body that new containers start with: a redeploy makes another one.
type release[In, Out any] struct {
	number int
	body   Body[In, Out]
}

// seat is the place of a lineage's container.
type seat[In, Out any] struct {
	atomic.Pointer[host[In, Out]]
}

func newPool[In, Out any](b Body[In, Out], opts Options) *pool[In, Out] {
	p := &pool[In, Out]{id: numbers.Add(1), opts: opts, epoch: time.Now()}
	p.release.Store(&release[In, Out]{body: b})
	p.runs.Store(new([]*engine[In, Out]))
	return p
}

// now is the pool's clock.
func (p *pool[In, Out]) now() time.Duration { return time.Since(p.epoch) }

// body is what containers start with.
func (p *pool[In, Out]) body() *Body[In, Out] { return &p.release.Load().body }

// openEvents begins to tell the observer, if there is one.
func (p *pool[In, Out]) openEvents(containers int) {
	p.events = supervisor.NewEvents(p.opts.Observer, p.id, p.opts.Name, containers)
	p.detail = p.events.Wanted(supervisor.AttemptsEnded)
}

// plain reports that the start of a container costs nothing and cannot fail.
func (p *pool[In, Out]) plain() bool { return p.body().enter == nil && p.opts.Runtime == nil }

// start sets containers to work, at most as many as given. They live until ctx ends.
func (p *pool[In, Out]) start(ctx context.Context, cancel context.CancelCauseFunc, containers, want int) {
	p.ctx, p.cancel = ctx, cancel
	p.seat(containers)
	p.sup = supervisor.Start(ctx, supervisor.Config{
		Containers: containers,
		Want:       want,
		Lasting:    p.deployed != nil,
		Crashes:    p.opts.Crashes,
		Plain:      p.plain(),
		Grace:      p.opts.Grace,
		Serve:      p.serve,
		Crashed:    p.crashed,
		Abandoned:  p.abandoned,
		Cutoff:     p.cutoff,
		Events:     p.events,
	})
	if p.opts.Timeout > 0 {
		p.watched = make(chan struct{})
		go p.watch()
	}
}

// seat makes room for n lineages.
func (p *pool[In, Out]) seat(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var seats []*seat[In, Out]
	if old := p.seats.Load(); old != nil {
		if n <= len(*old) {
			return
		}
		seats = append(seats, *old...)
	}
	more := make([]seat[In, Out], n-len(seats))
	for i := range more {
		seats = append(seats, &more[i])
	}
	p.seats.Store(&seats)
}

// host is the container that is c, nil if its place is taken by another one already.
func (p *pool[In, Out]) host(c *supervisor.Container) *host[In, Out] {
	if h := (*p.seats.Load())[c.Lineage()].Load(); h != nil && h.c == c {
		return h
	}
	return nil
}

// hosts yields every container.
func (p *pool[In, Out]) hosts(yield func(*host[In, Out]) bool) {
	for _, s := range *p.seats.Load() {
		if h := s.Load(); h != nil && !yield(h) {
			return
		}
	}
}

// attach lets containers serve a run.
func (p *pool[In, Out]) attach(e *engine[In, Out]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	runs := append([]*engine[In, Out](nil), *p.runs.Load()...)
	runs = append(runs, e)
	p.runs.Store(&runs)
}

// detach has no container begin to serve the run any more.
func (p *pool[In, Out]) detach(e *engine[In, Out]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var runs []*engine[In, Out]
	for _, r := range *p.runs.Load() {
		if r != e {
			runs = append(runs, r)
		}
	}
	p.runs.Store(&runs)
}

// hasWork reports that a sleeping container has something to do.
func (p *pool[In, Out]) hasWork() bool {
	if p.over.Load() {
		return true
	}
	for _, e := range *p.runs.Load() {
		if e.hasWork() {
			return true
		}
	}
	return false
}

// spent reports that every unfinished input of every run has been in a crash.
func (p *pool[In, Out]) spent() bool {
	runs := *p.runs.Load()
	for _, e := range runs {
		if !e.spent() {
			return false
		}
	}
	return len(runs) > 0
}

// cutoff is told that the pool gives up, as its policy says: its runs end, and a function
// with them.
func (p *pool[In, Out]) cutoff(err *supervisor.CutoffError) {
	if p.deployed != nil {
		p.cancel(stopped(err))
		return
	}
	for _, e := range *p.runs.Load() {
		e.finish(err)
	}
}

// shut has every container end that takes nothing any more: the pool is over.
func (p *pool[In, Out]) shut() {
	p.over.Store(true)
	p.lot.close()
	p.burst.close()
}

// endAtOnce is the end of a function's context: what executes is cancelled. The attempts
// of a call know no other context than its caller's.
func (p *pool[In, Out]) endAtOnce() {
	p.shut()
	for h := range p.hosts {
		h.interrupt(context.Cause(p.ctx))
	}
}

// join waits until nothing of the pool is left: containers, and exits of those that
// have crashed, which their own grace limits.
func (p *pool[In, Out]) join() {
	<-p.sup.Done()
	p.exits.Wait()
	if p.watched != nil {
		<-p.watched
	}
}
