package fleet

import "github.com/longshore-go/longshore/supervisor"

// newContainer makes a container and shows it to whoever looks at all of them. A redeploy
// first changes the release and then looks, so here the order is the other one.
func (p *Pool) newContainer(s *supervisor.Container) *Container {
	p.seat(s.Lineage() + 1)
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
		p.seated()[s.Lineage()].Store(c)
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

// serving reports that it has started and not begun its exit.
func (c *Container) serving() bool { return c.IsReady() && !c.Exiting() }
