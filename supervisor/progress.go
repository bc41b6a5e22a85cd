package supervisor

import "time"

// hear brings the judge up to date before a message is handled. Containers only count, and nobody is told of each input: a
// limit is evaluated when a crash is reported, so the progress of others need not be known before, or in ten thousand starts
// each would be looked at ten thousand times. Whoever waits for a first input to finish hears of it from its container.
func (s *Supervisor) hear(m message, now time.Time) {
	switch {
	case m.weighs():
		s.credit(now)
	case m.container != nil:
		if i := m.container.lineage; s.lineages[i].container == m.container {
			s.settle(i, m.container, now)
		}
	}
}

// weighs reports that the message makes somebody ask what speaks for the function, and what against it.
func (m message) weighs() bool {
	switch m.kind {
	case failed, forgiven, asked:
		return true
	default:
		return m.death.crash != nil && !m.death.crash.Lost
	}
}

// credit brings the judge up to date with what all containers have finished and outlived since the last time, once for
// messages that have come together.
func (s *Supervisor) credit(now time.Time) {
	if s.credited {
		return
	}
	s.credited = true
	for i := range s.lineages {
		if l := &s.lineages[i]; l.container != nil {
			s.settle(i, l.container, now)
		}
	}
}

// settle credits what container c of lineage i has done since the last time.
func (s *Supervisor) settle(i int, c *Container, now time.Time) {
	l := &s.lineages[i]
	if n := c.finished.Load() - l.seen; n > 0 {
		l.seen += n
		l.proven, l.row = true, 0
		s.judge.finished(i, int(n), now)
	}
	switch {
	case !l.proven && !l.trial.IsZero() && now.Sub(l.trial) >= s.judge.probation:
		s.outlived(i, c, now)
	case l.proven && s.calm():
		s.judge.Proven(i, now) // again: the gate closes when told, and idle containers tell nothing
	}
}

// outlived says that a container has outlived its probation. In a crash loop that inputs opened,
// one without work has shown nothing: its probation begins anew.
func (s *Supervisor) outlived(i int, c *Container, now time.Time) {
	if s.Alarm().OfInputs() && !c.busy.Load() {
		s.lineages[i].trial = now
		return
	}
	s.lineages[i].proven = true
	s.judge.Proven(i, now)
}

// calm reports that the gate is on its way back and nobody waits to start: it may close
// a probation later, although not all lineages are filled. Only then is it asked to, so
// that it does not forgive those who still back off.
func (s *Supervisor) calm() bool { return s.waits == 0 && s.judge.ramping() }
