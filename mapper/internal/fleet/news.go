package fleet

// What the scaler is told of containers, by those who do not know how it decides.

// kick has the scaler look. It never blocks.
func (s *scaler) kick() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// changed is told when a container is ready or has ended, which matters while a redeploy is
// under way.
func (p *Pool) changed() {
	if s := p.scaler; s != nil && s.rolling.Load() {
		s.kick()
	}
}

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
		if f := c.p.follower; f != nil {
			f.rested()
		}
	}
}
