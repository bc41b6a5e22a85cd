package fleet

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// New makes a pool that nothing has been started for.
func New(cfg Config, body Body) *Pool {
	p := &Pool{Config: cfg, epoch: time.Now(), sooner: make(chan struct{}, 1)}
	p.release.Store(&Release{Body: body})
	return p
}

// Start has containers work, at most as many as given, of which so many are wanted now, as soon as somebody calls Supervise
// or Join. They live until ctx ends.
func (p *Pool) Start(ctx context.Context, cancel context.CancelCauseFunc, containers, want int) {
	p.ctx, p.cancel = ctx, cancel
	p.partake()
	if room, changed := p.room(want); changed != nil {
		want = min(want, room)
		containers = want // more are added when there is room for them; so a successor waits until its place is free
	}
	p.seat(want)
	p.sup.Store(supervisor.New(ctx, supervisor.Config{
		Containers: containers,
		Want:       want,
		Lasting:    p.Lasting || p.follower != nil,
		Crashes:    p.Crashes,
		Plain:      p.plain(),
		Grace:      p.Grace,
		Serve:      p.serve,
		Crashed:    p.crashed,
		Abandoned:  p.abandoned,
		Fewer:      p.Fewer,
		Ended:      p.Ended,
		Cutoff:     p.Cutoff,
		Events:     p.events,
	}))
	if p.Timeout > 0 {
		p.watched = make(chan struct{})
		go p.watch()
	}
}

// Supervise starts containers, and restarts them, until the pool has ended. Of several callers the first does, and all wait.
func (p *Pool) Supervise() {
	sup := p.sup.Load()
	if p.supervised.Swap(true) {
		<-sup.Done()
		return
	}
	sup.Run()
}

// OpenEvents begins to tell the observer, if there is one.
func (p *Pool) OpenEvents(observer supervisor.Observer, containers int) {
	p.events = supervisor.NewEvents(observer, p.ID, p.Name, containers)
	p.detail = p.events.Wanted(supervisor.AttemptsEnded)
}

// Events is nil where nobody observes.
func (p *Pool) Events() *supervisor.Events { return p.events }

// Detail reports that observers want each attempt.
func (p *Pool) Detail() bool { return p.detail }

// Context is the pool's, once it is started.
func (p *Pool) Context() context.Context { return p.ctx }

// Cancel ends the pool's context.
func (p *Pool) Cancel(cause error) { p.cancel(cause) }

// MayTake reports that it is the turn of the worker in that slot to look for work at all.
func (p *Pool) MayTake(slot int) bool {
	return slot < p.TargetInputs || (p.full.Load() && p.Idle.Idle() == 0)
}

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

// Over reports that containers take nothing any more.
func (p *Pool) Over() bool { return p.over.Load() }

// Shut has every container end that takes nothing any more: the pool is over.
func (p *Pool) Shut() {
	p.over.Store(true)
	p.Idle.Close()
	p.Burst.Close()
	for c := range p.Containers {
		c.company.open()
	}
}

// ShutNow is Shut that cancels what executes.
func (p *Pool) ShutNow() {
	p.Shut()
	for c := range p.Containers {
		c.interrupt(context.Cause(p.ctx))
	}
}

// Join waits until nothing of the pool is left: containers, and exits of those that have
// crashed, which their own grace limits. Where nobody supervises the pool yet, the caller does.
func (p *Pool) Join() {
	p.Supervise()
	p.exits.Wait()
	if p.follower != nil {
		p.follower.end()
	}
	if p.share != nil {
		p.share.Close()
	}
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
