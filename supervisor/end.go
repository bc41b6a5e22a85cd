package supervisor

import (
	"time"

	"github.com/longshore-go/longshore/internal/rules"
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
	s.lookIn(min(max(s.cfg.Grace, time.Millisecond), time.Second))
}

// abandon counts a container that nobody waits for any more and replaces it, if one
// is wanted in its place.
func (s *Supervisor) abandon(c *Container) {
	s.abandoned++
	s.vacate(c)
	s.judge.Stopped(c.lineage, time.Now())
	s.emit(Event{Kind: ContainerAbandoned, Container: c.id, Lineage: c.lineage, Machine: c.Machine()})
	if s.Filled() < s.want {
		s.schedule(c.lineage, 0)
	}
}

// vacate takes c, whose end is decided, out of its lineage.
func (s *Supervisor) vacate(c *Container) {
	s.live.Add(-1)
	l := &s.lineages[c.lineage]
	l.container = nil
	if l.ready.IsZero() {
		s.pending--
	}
	if !l.retiring {
		s.filled.Add(-1)
	}
	l.retiring = false
}

func (s *Supervisor) exit(c *Container, d death) {
	now := time.Now()
	s.vacate(c)
	switch {
	case d.crash == nil:
		s.judge.Stopped(c.lineage, now)
		s.emit(Event{Kind: ContainerStopped, Container: c.id, Lineage: c.lineage, Machine: c.Machine()})
		if !s.cfg.Lasting && !c.retired() && s.Filled() < s.want {
			s.want-- // its work is done, and nobody asked for its end
		}
	case d.crash.Lost:
		s.lose(c, d, now)
	default:
		s.crash(c, d, now)
	}
}

// lose counts a container that went with its machine and replaces it.
func (s *Supervisor) lose(c *Container, d death, now time.Time) {
	s.lost++
	s.judge.Stopped(c.lineage, now)
	s.emit(Event{Kind: ContainerStopped, Container: c.id, Lineage: c.lineage, Machine: c.Machine(), Err: d.crash})
	delay := time.Duration(0)
	if !c.ready.Load() { // the place of one that was ready was there: the next may be elsewhere
		delay = s.judge.restarts.Crash(c.lineage, 0)
	}
	s.again(c.lineage, delay, now)
}

// crash counts a crash and decides what becomes of the lineage: a restart now, one later, or none.
func (s *Supervisor) crash(c *Container, d death, now time.Time) {
	s.count(c, d, now)
	if s.stopping || s.ctx.Err() != nil {
		s.emitCrash(c, d.crash, time.Time{}) // it has ended the run; nothing is left to decide
		return
	}
	delay, rule := s.judge.crash(s.asRules(d, c.lineage), s.lineages[c.lineage].uptime(now), d.fatal)
	if rule != 0 {
		s.emitCrash(c, d.crash, time.Time{})
		s.cutoff(rule, d.starting)
		return
	}
	next := time.Time{}
	if s.Filled() < s.want {
		next = s.nextStart(c.lineage, now, delay)
	}
	s.emitCrash(c, d.crash, next)
	s.showLoop()
	s.again(c.lineage, delay, now)
}

// asRules is a crash in the words of the rules. It is no evidence if an input has finished since: then the streak that it
// belongs to is over, whoever hears of which first.
func (s *Supervisor) asRules(d death, lineage int) rules.Crash {
	s.catchUp(d.at)
	return rules.Crash{
		Lineage: lineage, Now: d.at, Starting: d.starting, Wanted: s.want,
		Fresh: d.evidence.Fresh && d.epoch == s.epoch, Begun: d.evidence.Begun, InReach: d.evidence.InReach,
	}
}

func (s *Supervisor) count(c *Container, d death, now time.Time) {
	l := &s.lineages[c.lineage]
	if s.crashes == 0 {
		s.since = now
	}
	s.crashes++
	if d.starting {
		s.startCrashes++
	}
	l.row++
	s.last, l.last = d.crash, d.crash
}

// again has a lineage started after a delay. It is this lineage that waits, and no free one that takes its place: or
// there would be no backoff. One that is not wanted any more keeps its due time for the day it is.
func (s *Supervisor) again(lineage int, delay time.Duration, now time.Time) {
	s.lineages[lineage].due = now.Add(delay)
	if s.Filled() < s.want {
		s.schedule(lineage, delay)
	}
}

// cutoff gives the pool up by a rule, for crashes at start-up or on inputs.
func (s *Supervisor) cutoff(rule policy.Rule, starting bool) {
	err := &CutoffError{Rule: rule, Crashes: s.crashes, Since: s.since, Last: s.last}
	if streak := s.judge.Streak(); !starting {
		err.Inputs, err.Streak, err.Pauses = streak.Inputs(), streak.Run(), streak.Pauses()
	}
	s.emit(Event{Kind: Cutoff, Container: -1, Lineage: -1, Err: err})
	s.want = min(s.want, s.Filled()) // whoever has crashed is not replaced
	s.cfg.Cutoff(err)
}
