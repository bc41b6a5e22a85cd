package rules

import "time"

// The detector's two channels. They are kept apart because "ready" must pay for flaky starts where inputs are long,
// but must not pay for containers that die on their first input.
type channel int

const (
	startup channel = iota
	running
	channels
)

func channelOf(starting bool) channel {
	if starting {
		return startup
	}
	return running
}

// account is the state of one channel.
type account struct {
	debt      int       // 0 to detector.limit
	since     time.Time // when debt last rose from 0
	credited  bool      // was ever paid anything, by any lineage
	repeaters int       // lineages with two crashes or more in a row
}

// slot is what the detector knows of one lineage. The zero value is a lineage nobody has heard of.
type slot struct {
	streak  [channels]uint8 // crashes since the last credit, counted up to 2
	healthy bool
}

// detector is the crash statistic that Budget and Gate share: a sum that crashes push up and progress pays back,
// held between 0 and a limit, in which the first crash of a lineage since its last credit is free.
//
// The free crash is what makes it independent of the number of containers: N containers that die together are one
// piece of evidence, only repetition counts. The limit is what makes recovery take limit credits, however long the
// outage was. Window counts (OTP, Spark), decayed counts (suture) and ratios were tried in simulation and refused:
// each cuts off healthy pools at some size, or misses dead ones at another.
//
// No call looks at all lineages: what the rules ask of them is counted as it changes.
type detector struct {
	limit    int
	accounts [channels]account
	slots    []slot
	healthy  int // slots that are healthy

	finishedOne bool // some input has finished
	noFresh     bool // every unfinished input has been in a crash
}

func newDetector(limit, containers int) detector {
	return detector{limit: limit, slots: make([]slot, max(containers, 0))}
}

func (d *detector) slot(lineage int) *slot {
	d.slots = grown(d.slots, lineage)
	return &d.slots[lineage]
}

func (d *detector) ready(lineage int) { d.credit(startup, d.slot(lineage)) }

// proven makes a container healthy, but pays nothing: containers that live for a while and never finish an input are
// a slow crash loop, and a timer must not hide it.
func (d *detector) proven(lineage int) {
	if s := d.slot(lineage); !s.healthy {
		s.healthy = true
		d.healthy++
	}
}

// finished is called for every input, and on a healthy lineage without debts it has nothing to do.
func (d *detector) finished(lineage int) {
	if d.finishedOne && d.accounts[startup].debt|d.accounts[running].debt == 0 &&
		lineage < len(d.slots) && d.slots[lineage] == (slot{healthy: true}) {
		return
	}
	d.finishedOne = true
	d.proven(lineage)
	d.credit(startup, &d.slots[lineage])
	d.credit(running, &d.slots[lineage])
}

// credit pays one debt of a channel and ends the lineage's run of crashes on it.
func (d *detector) credit(c channel, s *slot) {
	a := &d.accounts[c]
	a.credited = true
	a.debt = max(a.debt-1, 0)
	if s.streak[c] > 1 {
		a.repeaters--
	}
	s.streak[c] = 0
}

// stopped says that the container is gone without a crash. That is no progress, so runs of crashes go on.
func (d *detector) stopped(lineage int) {
	if s := d.slot(lineage); s.healthy {
		s.healthy = false
		d.healthy--
	}
}

// crash counts a crash, and reports whether it counts as evidence against the containers at all.
func (d *detector) crash(c channel, lineage int, now time.Time) bool {
	d.stopped(lineage)
	if c == running && d.excused() {
		return false
	}
	a, s := &d.accounts[c], &d.slots[lineage]
	switch s.streak[c] {
	case 0: // free
		s.streak[c] = 1
		return true
	case 1:
		s.streak[c] = 2
		a.repeaters++
	}
	if a.debt == 0 {
		a.since = now
	}
	a.debt = min(a.debt+1, d.limit)
	return true
}

// excused is true while running crashes say nothing about the containers: the function has worked, and there is no
// input left to try that was not in a crash before. Then the crash limit of each input ends the run, not the budget.
func (d *detector) excused() bool { return d.noFresh && d.finishedOne }

// broken reports whether nothing is healthy.
func (d *detector) broken() bool { return d.healthy == 0 }

// failing reports whether nothing is healthy, or more than half of the lineages have crashed twice or more in a row.
func (d *detector) failing(c channel) bool {
	return d.broken() || 2*d.accounts[c].repeaters > len(d.slots)
}

// forgive clears debts and runs of crashes; who is healthy stays. It does look at all lineages: once in a crash loop.
func (d *detector) forgive() {
	for i := range d.slots {
		d.slots[i].streak = [channels]uint8{}
	}
	d.accounts = [channels]account{}
}

func (d *detector) debts() (start, run int) {
	return d.accounts[startup].debt, d.accounts[running].debt
}
