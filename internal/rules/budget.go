package rules

import (
	"time"

	"github.com/longshore-go/longshore/policy"
)

// Budget decides when the crashes of an ephemeral run outweigh its progress. Its formulae are in the package
// documentation. It is told of everything that happens to containers, and answers when a crash is reported: so it
// needs no timer, and a run that neither crashes nor finishes anything is never cut off.
//
// It also holds the pause: after a round of inputs that crashed one after the other, no container that crashed on an
// input is started for a while, ever longer. That gives an outage time to pass before its crashes end the run, and
// costs good runs nothing: a finished input ends it at once.
//
// A Budget is not safe for concurrent use: one goroutine owns it.
type Budget struct {
	detector
	policy policy.Ephemeral
	random func() float64

	paused time.Time // the end of the pause
	onHold []bool    // by lineage: it crashed on an input, and waits for the end of a pause
}

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 8 * time.Second
)

// NewBudget returns the budget of a run with a number of containers. Lineages count from 0; one beyond the number
// is taken in. The random source returns numbers in [0, 1); nil means the process's own.
func NewBudget(p policy.Ephemeral, containers int, random func() float64) *Budget {
	p = p.WithDefaults()
	return &Budget{detector: newDetector(NewStreak(p), containers), policy: p, random: orRandom(random)}
}

// Admit asks whether the lineage may start a container now. After a no, wait is how long until it may, if nothing finishes.
func (b *Budget) Admit(lineage int, now time.Time) (ok bool, wait time.Duration) {
	wait = max(b.Until(lineage).Sub(now), 0)
	return wait == 0, wait
}

// Started says that a container of the lineage is being started.
func (b *Budget) Started(lineage int, _ time.Time) { b.hold(lineage, false) }

// Ready says that a container of the lineage got ready. It pays one start-up debt.
func (b *Budget) Ready(lineage int, _ time.Time) { b.ready(lineage) }

// Proven says that a container of the lineage outlived its probation.
func (b *Budget) Proven(lineage int, _ time.Time) { b.proven(lineage) }

// Finished says that a container of the lineage finished n inputs, with a value or a failure: the container did its work. It
// makes the container healthy, ends the streak and the pause, and pays n start-up debts.
func (b *Budget) Finished(lineage, n int, now time.Time) {
	b.finished(lineage, n)
	b.Progress(now)
}

// Progress says that some input has finished.
func (b *Budget) Progress(time.Time) {
	b.streak.Finished()
	b.paused = time.Time{}
}

// Stopped says that the lineage's container is gone and did not crash: scaled down, drained, preempted, recycled, lost. It
// is no longer healthy; nothing is charged.
func (b *Budget) Stopped(lineage int, _ time.Time) { b.stopped(lineage) }

// Crash takes in a crash. It returns the rule that ends the run, or 0.
func (b *Budget) Crash(c Crash) policy.Rule {
	b.hold(c.Lineage, !c.Starting && c.InReach)
	if c.Starting {
		b.startCrash(c.Lineage, c.Now)
		return b.starts(c.Now)
	}
	b.stopped(c.Lineage)
	if c.Fresh {
		if b.streak.Crash(c) {
			b.pause(c.Now)
		}
		return b.streak.Exceeds(c.Now, b.healthy, c.Wanted)
	}
	return 0
}

// starts is the rule that start-up crashes exceed.
func (b *Budget) starts(now time.Time) policy.Rule {
	switch {
	case b.credits == 0 && b.debt >= b.policy.ColdDebt && b.broken():
		return policy.RuleCold
	case b.debt >= b.policy.Debt && now.Sub(b.since) >= b.policy.Sustain && b.failing():
		return policy.RuleSustained
	}
	return 0
}

func (b *Budget) pause(now time.Time) {
	b.paused = now.Add(equalJitter(doubled(firstPause, longestPause, b.streak.Pauses()), b.random))
	b.streak.Pause(b.paused)
}

func (b *Budget) hold(lineage int, yes bool) {
	if yes || lineage < len(b.onHold) {
		b.onHold = grown(b.onHold, lineage)
		b.onHold[lineage] = yes
	}
}

// Reset is a manual one. It ends the pause, and nothing else: the budget is the measure of one run.
func (b *Budget) Reset(time.Time) { b.paused = time.Time{} }

// Grow does nothing: lineages are taken in as they are heard of.
func (b *Budget) Grow(int, time.Time) {}

// Until is when the pause ends that the lineage waits for; in the past, or zero, if there is none.
func (b *Budget) Until(lineage int) time.Time {
	if lineage < len(b.onHold) && b.onHold[lineage] {
		return b.paused
	}
	return time.Time{}
}

// Limits returns the debt of start-up crashes and the length of the streak that may end the run, for display: those of the
// cold rule until there was a credit, then those of the sustained one.
func (b *Budget) Limits() (debt, streak int) {
	debt = b.policy.ColdDebt
	if b.credits > 0 {
		debt = b.policy.Debt
	}
	return debt, b.streak.limit()
}
