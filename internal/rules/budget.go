package rules

import (
	"time"

	"github.com/longshore-go/longshore/policy"
)

// Budget decides when the crashes of an ephemeral run outweigh its progress. Its formulae are in the package
// documentation. It is told of everything that happens to containers, and answers when a crash is reported: so it
// needs no timer, and a run that neither crashes nor finishes anything is never cut off.
//
// A Budget is not safe for concurrent use: one goroutine owns it.
type Budget struct {
	policy   policy.Ephemeral
	detector detector
}

// NewBudget returns the budget of a run with a number of containers. Lineages count from 0; one beyond the number
// is taken in.
func NewBudget(p policy.Ephemeral, containers int) *Budget {
	p = p.WithDefaults()
	return &Budget{policy: p, detector: newDetector(p.Debt, containers)}
}

// Ready says that a container of the lineage got ready. It pays one start-up debt.
func (b *Budget) Ready(lineage int) { b.detector.ready(lineage) }

// Proven says that a container of the lineage outlived its probation: it is healthy. It pays nothing.
func (b *Budget) Proven(lineage int) { b.detector.proven(lineage) }

// Finished says that a container of the lineage finished an input, with a value or an application failure: it is
// healthy. It pays one debt of each channel. Cheap enough to call for every input.
func (b *Budget) Finished(lineage int) { b.detector.finished(lineage) }

// Stopped says that the lineage's container is gone and did not crash: scaled down, drained, preempted, recycled. It
// is no longer healthy; nothing is charged.
func (b *Budget) Stopped(lineage int) { b.detector.stopped(lineage) }

// NoFreshInputs says whether every unfinished input has been in a crash before. While that is so, and once an input has
// finished, running crashes are not charged: the inputs are on trial, not the function.
func (b *Budget) NoFreshInputs(yes bool) { b.detector.noFresh = yes }

// Excused is true while running crashes are not charged.
func (b *Budget) Excused() bool { return b.detector.excused() }

// Crash says that a container of the lineage crashed, before it got ready (starting) or after. It returns the rule that
// ends the run and true once the limit is exceeded.
func (b *Budget) Crash(lineage int, starting bool, now time.Time) (policy.Rule, bool) {
	c := channelOf(starting)
	if !b.detector.crash(c, lineage, now) {
		return 0, false
	}
	rule := b.rule(c, now)
	return rule, rule != 0
}

func (b *Budget) rule(c channel, now time.Time) policy.Rule {
	a := &b.detector.accounts[c]
	switch {
	case !a.credited && a.debt >= b.policy.ColdDebt && b.detector.broken():
		return policy.RuleCold
	case a.debt >= b.policy.Debt && now.Sub(a.since) >= b.policy.Sustain && b.detector.failing(c):
		return policy.RuleSustained
	}
	return 0
}

// Debt returns the debts of the two channels, for display.
func (b *Budget) Debt() (start, run int) { return b.detector.debts() }

// Limits returns the debts at which the two channels may end the run, for display: ColdDebt until one was paid anything,
// then Debt.
func (b *Budget) Limits() (start, run int) { return b.limit(startup), b.limit(running) }

func (b *Budget) limit(c channel) int {
	if b.detector.accounts[c].credited {
		return b.policy.Debt
	}
	return b.policy.ColdDebt
}

// Healthy is the number of healthy containers.
func (b *Budget) Healthy() int { return b.detector.healthy }
