package fleet

import (
	"context"

	"github.com/longshore-go/longshore/supervisor"
)

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
	defer c.heed()()
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
	p.seated()[c.Lineage()].CompareAndSwap(c, nil)
	p.changed()
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

// abandoned is asked about a container that has outlived the pool for Grace: whether it is in
// the user's code, and so to be given up. An exit has a grace of its own.
func (p *Pool) abandoned(s *supervisor.Container) bool {
	c := p.container(s)
	switch {
	case c == nil || c.Exiting():
		return false
	case !c.IsReady():
		c.Disown()
		return true
	case c.instance.Remote != nil:
		c.killAtEnd(context.Cause(p.ctx))
		if !c.unask() {
			return false
		}
	case !c.reclaim():
		return false
	}
	c.Disown()
	return true
}
