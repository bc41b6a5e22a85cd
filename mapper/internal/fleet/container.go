package fleet

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Container is an instance of the body, and the workers that execute inputs with it, one
// for each input that it may have at once.
type Container struct {
	*supervisor.Container
	p        *Pool
	release  *Release
	instance Instance
	workers  []Worker
	only     [1]Worker // workers, where there is one

	killed atomic.Bool                           // at once, by its mapper
	left   atomic.Int64                          // inputs that it may still take, if it is recycled after some
	crash  atomic.Pointer[supervisor.CrashError] // of one of several workers

	together sync.WaitGroup // workers of several
	stuck    bool           // one of them has outlived the crash of another by Grace
	evidence supervisor.Evidence
	company  company

	expiry *time.Timer // of its age; nil: it has none

	busy      atomic.Int32 // workers that have something to do
	idleSince atomic.Int64 // on the pool's clock, while none has
}

// newContainer makes a container and shows it to whoever looks at all of them. A redeploy
// first changes the release and then looks, so here the order is the other one.
func (p *Pool) newContainer(s *supervisor.Container) *Container {
	for {
		c := &Container{Container: s, p: p, release: p.release.Load()}
		c.instance = c.release.Body.Instance
		c.idleSince.Store(int64(p.Now()))
		c.workers = c.only[:0]
		for i := range p.MaxInputs {
			c.workers = append(c.workers, p.NewWorker(c, i))
		}
		if p.Recycle.Inputs > 0 {
			c.left.Store(p.Recycle.inputs())
		}
		(*p.seats.Load())[s.Lineage()].Store(c)
		if c.release == p.release.Load() {
			return c
		}
	}
}

// Release is the body that it started with.
func (c *Container) Release() *Release { return c.release }

// Instance is what its workers call.
func (c *Container) Instance() *Instance { return &c.instance }

// Workers are those that execute inputs in it.
func (c *Container) Workers() []Worker { return c.workers }

// serve is the life of one container.
func (p *Pool) serve(ctx context.Context, s *supervisor.Container) error {
	c := p.newContainer(s)
	if !p.plain() {
		if err := c.enter(ctx); err != nil {
			return err
		}
		c.Ready()
		p.unready.Store(nil)
	}
	p.changed()
	c.age()
	defer c.exitIfDisowned()
	if crash := c.work(); crash != nil {
		return crash
	}
	c.exit()
	p.vacate(c)
	return nil
}

// vacate notes that a container has ended.
func (p *Pool) vacate(c *Container) {
	(*p.seats.Load())[c.Lineage()].CompareAndSwap(c, nil)
	p.changed()
	p.Idle.Nudge() // what was not for a container of one lineage may be, where it is the last
}

// work has the container's workers execute inputs until the container ends. It returns the
// crash of one that has others beside it, or that is somewhere else; a lone one panics.
func (c *Container) work() *supervisor.CrashError {
	if len(c.workers) == 1 {
		return c.workers[0].Serve()
	}
	return c.workTogether()
}

// crashed is told of each crash, on the dying goroutine.
func (p *Pool) crashed(s *supervisor.Container, crash *supervisor.CrashError) (evidence supervisor.Evidence) {
	c := p.container(s)
	if c == nil {
		return evidence
	}
	if !c.IsReady() {
		p.unready.Store(crash)
	}
	switch {
	case c.Disowned():
		c.exitIfDisowned() // or, where its goroutine is stuck, when that comes back
	case c.serving() && len(c.workers) == 1:
		evidence = c.workers[0].Crashed(crash)
		c.exitAfterCrash()
	default:
		evidence = c.evidence
		c.exitAfterCrash()
	}
	p.vacate(c)
	return evidence
}

// serving reports that it has started and not begun its exit.
func (c *Container) serving() bool { return c.IsReady() && !c.Exiting() }

// Began counts one of its workers as busy, Rested as idle.
func (c *Container) Began() {
	if c.busy.Add(1) == 1 {
		c.Busy(true)
	}
	if c.p.Idle.IsHelpful() && c.p.HasWork() {
		c.p.Idle.Wake() // the scaler may have counted this worker as idle
	}
	if s := c.p.scaler; s != nil && s.buffered.Load() {
		s.kick()
	}
}

// Rested is the other half of Began.
func (c *Container) Rested() {
	if c.busy.Add(-1) == 0 {
		c.idleSince.Store(int64(c.p.Now()))
		c.Busy(false)
	}
}
