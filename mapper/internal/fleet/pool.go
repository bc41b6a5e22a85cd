package fleet

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/conc"

	"github.com/longshore-go/longshore/mapper/internal/park"
	"github.com/longshore-go/longshore/supervisor"
)

// Pool is the containers of a function, or those of a run of its own, which live and end
// with it.
type Pool struct {
	Config
	Hooks
	Idle  park.Lot // workers without work
	Burst park.Lot // workers beyond TargetInputs of their containers

	TimedOut atomic.Int64 // attempts

	epoch  time.Time // of the pool's clock
	ctx    context.Context
	cancel context.CancelCauseFunc
	sup    atomic.Pointer[supervisor.Supervisor] // its containers may run before it is known here
	events *supervisor.Events
	detail bool // observers want each attempt
	scaler *scaler

	release atomic.Pointer[Release]
	seats   atomic.Pointer[[]*seat] // by lineage
	full    atomic.Bool             // no further container will be started, so that Burst is called upon
	over    atomic.Bool             // containers take nothing any more, and end

	exits   conc.WaitGroup // of crashed containers: they are not waited for as such
	exitErr atomic.Pointer[error]
	unready atomic.Pointer[supervisor.CrashError] // the last start that failed, until one succeeds

	watched chan struct{} // closed when the watchdog has ended; nil without one
	mu      sync.Mutex    // guards changes of seats
}

// seat is the place of a lineage's container.
type seat struct{ atomic.Pointer[Container] }

// New makes a pool that nothing has been started for.
func New(cfg Config, body Body) *Pool {
	p := &Pool{Config: cfg, epoch: time.Now()}
	p.release.Store(&Release{Body: body})
	return p
}

// Now is the pool's clock.
func (p *Pool) Now() time.Duration { return time.Since(p.epoch) }

// At is a time on the pool's clock.
func (p *Pool) At(d time.Duration) time.Time { return p.epoch.Add(d) }

// Release is what containers start with now.
func (p *Pool) Release() *Release { return p.release.Load() }

// Context is the pool's, once it is started.
func (p *Pool) Context() context.Context { return p.ctx }

// Cancel ends the pool's context.
func (p *Pool) Cancel(cause error) { p.cancel(cause) }

// OpenEvents begins to tell the observer, if there is one.
func (p *Pool) OpenEvents(observer supervisor.Observer, containers int) {
	p.events = supervisor.NewEvents(observer, p.ID, p.Name, containers)
	p.detail = p.events.Wanted(supervisor.AttemptsEnded)
}

// Events is nil where nobody observes.
func (p *Pool) Events() *supervisor.Events { return p.events }

// Detail reports that observers want each attempt.
func (p *Pool) Detail() bool { return p.detail }

// plain reports that the start of a container costs nothing and cannot fail.
func (p *Pool) plain() bool { return p.Release().Body.Enter == nil && p.Runtime == nil }

// Start sets containers to work, at most as many as given, of which so many are wanted now.
// They live until ctx ends.
func (p *Pool) Start(ctx context.Context, cancel context.CancelCauseFunc, containers, want int) {
	p.ctx, p.cancel = ctx, cancel
	p.seat(containers)
	p.sup.Store(supervisor.Start(ctx, supervisor.Config{
		Containers: containers,
		Want:       want,
		Lasting:    p.Lasting,
		Crashes:    p.Crashes,
		Plain:      p.plain(),
		Grace:      p.Grace,
		Serve:      p.serve,
		Crashed:    p.crashed,
		Abandoned:  p.abandoned,
		Cutoff:     p.Cutoff,
		Events:     p.events,
	}))
	if p.Timeout > 0 {
		p.watched = make(chan struct{})
		go p.watch()
	}
}

// Full has no container count on another one that could be started.
func (p *Pool) Full() { p.full.Store(true) }

// Snapshot is the state of the containers.
func (p *Pool) Snapshot() supervisor.Snapshot { return p.sup.Load().Snapshot() }

// Alarm is what crashes mean for what is executed next.
func (p *Pool) Alarm() supervisor.Alarm {
	if sup := p.sup.Load(); sup != nil {
		return sup.Alarm()
	}
	return 0
}

// Reset voids what is known of the crashes.
func (p *Pool) Reset() { p.sup.Load().Reset() }

// seat makes room for n lineages.
func (p *Pool) seat(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var seats []*seat
	if old := p.seats.Load(); old != nil {
		if n <= len(*old) {
			return
		}
		seats = append(seats, *old...)
	}
	more := make([]seat, n-len(seats))
	for i := range more {
		seats = append(seats, &more[i])
	}
	p.seats.Store(&seats)
}

// container is the one that is c, nil if its place is taken by another already.
func (p *Pool) container(c *supervisor.Container) *Container {
	if h := (*p.seats.Load())[c.Lineage()].Load(); h != nil && h.Container == c {
		return h
	}
	return nil
}

// Containers yields every container.
func (p *Pool) Containers(yield func(*Container) bool) { p.ContainersFrom(0, yield) }

// ContainersFrom is Containers that begins with a lineage and goes round.
func (p *Pool) ContainersFrom(lineage int, yield func(*Container) bool) {
	seats := *p.seats.Load()
	for i := range seats {
		if c := seats[(lineage+i)%len(seats)].Load(); c != nil && !yield(c) {
			return
		}
	}
}

// Workers yields every worker.
func (p *Pool) Workers(yield func(Worker) bool) {
	for c := range p.Containers {
		for _, w := range c.workers {
			if !yield(w) {
				return
			}
		}
	}
}

// HasWork reports that a sleeping container has something to do, if only to end.
func (p *Pool) HasWork() bool { return p.over.Load() || p.Work() }

// Over reports that containers take nothing any more.
func (p *Pool) Over() bool { return p.over.Load() }

// Shut has every container end that takes nothing any more: the pool is over.
func (p *Pool) Shut() {
	p.over.Store(true)
	p.Idle.Close()
	p.Burst.Close()
}

// ShutNow is Shut that cancels what executes.
func (p *Pool) ShutNow() {
	p.Shut()
	for c := range p.Containers {
		c.interrupt(context.Cause(p.ctx))
	}
}

// Join waits until nothing of the pool is left: containers, and exits of those that have
// crashed, which their own grace limits.
func (p *Pool) Join() {
	<-p.sup.Load().Done()
	p.exits.Wait()
	if p.watched != nil {
		<-p.watched
	}
}

// Unready is the last start that has failed, nil if one has succeeded since.
func (p *Pool) Unready() *supervisor.CrashError { return p.unready.Load() }

// ExitErr is the first failure of an exit.
func (p *Pool) ExitErr() error {
	if err := p.exitErr.Load(); err != nil {
		return *err
	}
	return nil
}
