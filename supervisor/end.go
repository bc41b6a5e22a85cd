package supervisor

import (
	"time"

	"github.com/longshore-go/longshore/policy"
)

// abandonAll gives up who is still there after Grace. A container that has nothing in
// hand is between two steps of ours, not in the user's code.
func (s *Supervisor) abandonAll() {
	for i := range s.lineages {
		c := s.lineages[i].container
		if c != nil && c.living() && s.cfg.Abandoned(c) && c.giveUp(lost) {
			s.abandon(c)
		}
	}
	s.timer.Reset(min(max(s.cfg.Grace, time.Millisecond), time.Second))
}

// abandon counts a container that nobody waits for any more and replaces it, if one
// is wanted in its place.
func (s *Supervisor) abandon(c *Container) {
	s.abandoned++
	s.vacate(c)
	s.judge.stopped(c.lineage, time.Now())
	s.emit(Event{Kind: ContainerAbandoned, Container: c.id, Lineage: c.lineage})
	if s.filled < s.want {
		s.schedule(c.lineage, 0)
	}
}

// vacate takes c, whose end is decided, out of its lineage.
func (s *Supervisor) vacate(c *Container) {
	s.live.Add(-1)
	l := &s.lineages[c.lineage]
	l.container = nil
	if !l.retiring {
		s.filled--
	}
	l.retiring = false
}

func (s *Supervisor) exit(c *Container, crash *CrashError, starting bool) {
	now := time.Now()
	s.vacate(c)
	if crash == nil {
		s.judge.stopped(c.lineage, now)
		s.emit(Event{Kind: ContainerStopped, Container: c.id, Lineage: c.lineage})
		if !s.cfg.Lasting && !c.retired() && s.filled < s.want {
			s.want-- // its work is done, and nobody asked for its end
		}
		return
	}
	l := &s.lineages[c.lineage]
	if s.crashes == 0 {
		s.since = now
	}
	s.crashes++
	l.row++
	s.last, l.last = crash, crash
	if s.stopping || s.ctx.Err() != nil {
		s.emitCrash(c, crash, time.Time{}) // it has ended the run; nothing is left to decide
		return
	}
	s.crash(c, crash, starting, now)
}

// crash decides what becomes of the lineage: a restart now, one later, or none. It is
// this lineage that waits, and no free one that takes its place: or there would be no
// backoff. One that is not wanted any more keeps its due time for the day it is.
func (s *Supervisor) crash(c *Container, crash *CrashError, starting bool, now time.Time) {
	delay, rule, cutoff := s.judge.crash(verdict{
		lineage:  c.lineage,
		starting: starting,
		uptime:   s.lineages[c.lineage].uptime(now),
		spent:    s.cfg.Spent(),
		fatal:    isFatal(crash),
		now:      now,
	})
	if cutoff {
		s.emitCrash(c, crash, time.Time{})
		s.cutoff(rule)
		return
	}
	s.lineages[c.lineage].due = now.Add(delay)
	wanted := s.filled < s.want
	next := time.Time{}
	if wanted {
		next = s.nextStart(now, delay)
	}
	s.emitCrash(c, crash, next)
	s.showLoop()
	if wanted {
		s.schedule(c.lineage, delay)
	}
}

func (s *Supervisor) cutoff(rule policy.Rule) {
	err := &CutoffError{Rule: rule, Crashes: s.crashes, Since: s.since, Last: s.last}
	s.emit(Event{Kind: Cutoff, Container: -1, Lineage: -1, Err: err})
	s.want = min(s.want, s.filled) // whoever has crashed is not replaced
	s.cfg.Cutoff(err)
}
