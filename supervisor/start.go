package supervisor

import "time"

// Limits on starts while nothing is known to work. Where a start can fail or costs something, at most 64 are under way at
// a time; and after a crash at start-up, or whatever the containers if the inputs leave the function in doubt, only four
// are on probation, always the same lineages: the lowest that are not free.
const (
	firstWave = 64
	probes    = 4
)

// whenTold is the wait of a lineage that a message, not a time, will let start.
const whenTold = time.Hour

// schedule has the lineage, which is free, started after delay and after what is left of
// its backoff, at once where nothing holds it back.
func (s *Supervisor) schedule(i int, delay time.Duration) {
	if s.stopping || s.ctx.Err() != nil {
		return
	}
	now := time.Now()
	l := &s.lineages[i]
	l.waiting = true
	if due := now.Add(delay); due.After(l.due) {
		l.due = due
	}
	s.waits++
	s.filled.Add(1)
	s.try(i, now)
}

// try starts a lineage whose time has come, or finds out when to look again.
func (s *Supervisor) try(i int, now time.Time) {
	l := &s.lineages[i]
	if !l.waiting || l.due.After(now) {
		return
	}
	if ok, wait := s.mayStart(i, now); ok {
		s.start(i, now)
	} else {
		l.held = now.Add(wait)
	}
}

// mayStart applies the limits that hold whatever the lineage's own delay is.
func (s *Supervisor) mayStart(i int, now time.Time) (ok bool, wait time.Duration) {
	if s.crowded() {
		return false, whenTold
	}
	if s.judge.Healthy() == 0 {
		few := s.judge.Streak().Doubt() || (!s.cfg.Plain && s.startCrashes > s.pardoned)
		if few && !s.probe(i) {
			return false, whenTold
		}
	}
	return s.judge.Admit(i, now)
}

// crowded reports that so many starts are under way that no lineage may start, whichever it is.
func (s *Supervisor) crowded() bool { return s.pending >= firstWave && s.judge.Healthy() == 0 }

// probe reports that fewer than probes lineages below i are taken. Not that i is less:
// the first may be free for good, and all others would wait for them.
func (s *Supervisor) probe(i int) bool {
	below := 0
	for j := 0; j < i && below < probes; j++ {
		if s.lineages[j].taken() {
			below++
		}
	}
	return below < probes
}

func (s *Supervisor) start(i int, now time.Time) {
	l := &s.lineages[i]
	c := &Container{id: s.starts, lineage: i, started: now, pool: s}
	c.watched = !s.cfg.Plain || s.looping
	s.starts++
	s.live.Add(1)
	s.pending++
	s.waits--
	*l = lineage{container: c, row: l.row, last: l.last}
	s.judge.Started(i, now)
	s.emit(Event{Kind: ContainerStarted, Container: c.id, Lineage: i})
	if s.cfg.Plain {
		c.ready.Store(true)
		s.ready(c)
	}
	if s.heir != nil {
		s.heir <- c
		s.heir = nil
	} else {
		go s.run(c)
	}
}

// ready notes that the start of c is over.
func (s *Supervisor) ready(c *Container) {
	s.pending--
	l, now := &s.lineages[c.lineage], time.Now()
	l.ready, l.trial = now, now
	s.judge.Ready(c.lineage, now)
	s.emit(Event{Kind: ContainerReady, Container: c.id, Lineage: c.lineage, Machine: c.Machine()})
}

// startDue gives every waiting lineage a try. It is called after whatever may have
// let one start: a due time, a proof of health, an end.
func (s *Supervisor) startDue() {
	if s.waits == 0 || s.stopping || s.ctx.Err() != nil {
		return
	}
	now := time.Now()
	for i := range s.lineages {
		if s.crowded() {
			return
		}
		s.try(i, now)
	}
}

// arm sets the timer to the next due time: of a start, or of a probation that
// others wait for.
func (s *Supervisor) arm() {
	if s.stopping || (s.waits == 0 && !s.looping) {
		return
	}
	now := time.Now()
	next, crowded := now.Add(whenTold), s.crowded()
	for i := range s.lineages {
		l := &s.lineages[i]
		if l.waiting && crowded {
			continue // a message lets it start, and nobody has tried it
		}
		if t := s.wakeAt(l, now); t.Before(next) {
			next = t
		}
	}
	s.lookIn(max(next.Sub(now), 1)) // a timer due at once can crash Go 1.26 in a bubble under -race
}

func (s *Supervisor) wakeAt(l *lineage, now time.Time) time.Time {
	switch {
	case l.waiting && l.due.After(now):
		return l.due
	case l.waiting:
		return l.held
	case l.container != nil && !l.proven && !l.trial.IsZero():
		return l.trial.Add(s.judge.probation)
	case l.container != nil && l.proven && s.calm():
		return now.Add(s.judge.probation)
	default:
		return now.Add(whenTold)
	}
}
