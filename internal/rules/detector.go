package rules

import "time"

// slot is what the detector knows of one lineage. The zero value is a lineage nobody has heard of.
type slot struct {
	streak  uint8 // start-up crashes since the last credit, counted up to 2
	healthy bool
	loan    loan
}

// loan is the credit for getting ready while the container has done nothing else. One that dies with nothing to do gives
// it back: that is a start that fails, only later. To live for a while changes nothing about it.
type loan struct {
	given  bool
	paid   bool  // it has paid a debt
	streak uint8 // before it
}

// detector is what Budget and Gate share: who is healthy, the debt of start-up crashes, and the streak of inputs that
// crash.
//
// The debt is a sum that crashes push up and progress pays back, held between 0 and a limit, in which the first crash of
// a lineage since its last credit is free. The free crash is what makes it independent of the number of containers: N
// containers that die together are one piece of evidence, only repetition counts. The limit is what makes recovery take
// limit credits, however long the outage was. Window counts (OTP, Spark), decayed counts (suture) and ratios were tried
// in simulation and refused: each cuts off healthy pools at some size, or misses dead ones at another.
//
// No call looks at all lineages: what the rules ask of them is counted as it changes.
type detector struct {
	streak Streak

	limit     int
	debt      int       // 0 to limit
	since     time.Time // when debt last rose from 0
	credits   int       // given and not taken back, by any lineage
	lineages  int       // there may be more
	slots     []slot    // of those that have been heard of
	repeaters int       // slots with two start-up crashes or more in a row
	healthy   int       // slots that are healthy
}

func newDetector(streak Streak, containers int) detector {
	return detector{streak: streak, limit: streak.policy.Debt, lineages: containers}
}

func (d *detector) slot(lineage int) *slot {
	d.slots = grown(d.slots, lineage)
	return &d.slots[lineage]
}

func (d *detector) ready(lineage int) {
	s := d.slot(lineage)
	l := loan{given: true, paid: d.debt > 0, streak: s.streak}
	d.credit(s, 1)
	s.loan = l
}

// proven makes a container healthy, but pays nothing: containers that live for a while and never finish an input are
// a slow crash loop, and a timer must not hide it.
func (d *detector) proven(lineage int) {
	if s := d.slot(lineage); !s.healthy {
		s.healthy = true
		d.healthy++
	}
}

// finished credits n inputs to a lineage.
func (d *detector) finished(lineage, n int) {
	d.proven(lineage)
	s := &d.slots[lineage]
	s.loan = loan{}
	d.credit(s, n)
}

// credit pays n debts and ends the lineage's run of start-up crashes.
func (d *detector) credit(s *slot, n int) {
	d.credits++
	d.debt = max(d.debt-n, 0)
	if s.streak > 1 {
		d.repeaters--
	}
	s.streak = 0
}

// stopped says that the container is gone. That is no progress, so the crashes in a row go on.
func (d *detector) stopped(lineage int) {
	s := d.slot(lineage)
	s.loan = loan{}
	if s.healthy {
		s.healthy = false
		d.healthy--
	}
}

// takeBack takes back what the container was lent, if it has done nothing since.
func (d *detector) takeBack(s *slot) {
	l := s.loan
	s.loan = loan{}
	if !l.given {
		return
	}
	d.credits--
	if l.paid {
		d.debt = min(d.debt+1, d.limit)
	}
	if l.streak > 1 && s.streak < 2 {
		d.repeaters++
	}
	s.streak = max(s.streak, l.streak)
}

// startCrash counts a start-up crash.
func (d *detector) startCrash(lineage int, now time.Time) {
	s := d.slot(lineage)
	d.takeBack(s)
	d.stopped(lineage)
	switch s.streak {
	case 0: // free
		s.streak = 1
		return
	case 1:
		s.streak = 2
		d.repeaters++
	}
	if d.debt == 0 {
		d.since = now
	}
	d.debt = min(d.debt+1, d.limit)
}

// broken reports whether nothing is healthy.
func (d *detector) broken() bool { return d.healthy == 0 }

// failing reports whether nothing is healthy, or more than half of the lineages have crashed at start-up twice or more
// in a row.
func (d *detector) failing() bool { return d.broken() || 2*d.repeaters > d.size() }

// size is how many lineages there are.
func (d *detector) size() int { return max(d.lineages, len(d.slots)) }

// forgive clears what speaks against the function; who is healthy stays. It does look at all lineages: once in a crash loop.
func (d *detector) forgive() {
	for i := range d.slots {
		d.slots[i].streak, d.slots[i].loan = 0, loan{}
	}
	d.debt, d.since, d.credits, d.repeaters = 0, time.Time{}, 0, 0
	d.streak.Forgive()
}

// Streak is the streak of inputs that crash, to be read.
func (d *detector) Streak() *Streak { return &d.streak }

// Debt is the debt of start-up crashes, for display.
func (d *detector) Debt() int { return d.debt }

// Healthy is the number of healthy containers.
func (d *detector) Healthy() int { return d.healthy }
