package history

import (
	"fmt"
	"time"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// The rules of package policy in sentences, with the numbers of this run.

// ruleOf says which rule holds a function in its crash loop.
func ruleOf(pool supervisor.Snapshot) string {
	if !pool.CrashLoopOfInputs {
		return "Containers crash at start-up more often than they come to work."
	}
	if pool.Inputs == 1 {
		return "One input was tried since one last finished, and crashed."
	}
	return amount.Number(pool.Inputs) + " different inputs were tried since one last finished, and all of them crashed."
}

// plan says what the policy will do in a crash loop.
func plan(pool supervisor.Snapshot, crashes policy.Crashes, now time.Time) string {
	p, _ := crashes.(policy.Deployed)
	p = p.WithDefaults()
	ends := fmt.Sprintf("the first that finishes an input or lives for %s opens the way for the others", short(p.Probation))
	if pool.CrashLoopOfInputs {
		ends = "the first input that finishes ends the crash loop"
	}
	switch {
	case pool.Gate == "ramp":
		return "A container works again. A few others are started at a time, more with each that works. " +
			"If more of them crash than work, one at a time is tried again."
	case pool.NextStart.After(now):
		return fmt.Sprintf("One container at a time is tried, the next when this wait is over. After each crash the wait doubles, up to %s; %s.",
			short(p.GateMaxDelay), ends)
	case pool.Live > 0:
		return fmt.Sprintf("One container at a time is tried, and one is under way. If it crashes the next wait is longer, up to %s; %s.",
			short(p.GateMaxDelay), ends)
	default:
		return fmt.Sprintf("One container at a time is tried as soon as there is work for it; %s.", ends)
	}
}

// round is how many inputs crash one after the other until the function is in doubt. Package policy has no knob for it.
const round = 32

// limitsOf is how near crashes are to the limits.
func limitsOf(pool supervisor.Snapshot, crashes policy.Crashes) Limits {
	l := Limits{
		StartDebt: pool.StartDebt, StartLimit: pool.StartLimit, Streak: pool.Streak, StreakLimit: pool.StreakLimit,
		Inputs: pool.Inputs, Pauses: pool.Pauses, Doubt: pool.Doubt,
	}
	switch p := crashes.(type) {
	case policy.Deployed:
		p = p.WithDefaults()
		l.AtStartLimit = fmt.Sprintf("At %d, if no container works or most of them fail, it is crash-looping: starts stop for %s, "+
			"then one container at a time is tried. It is never given up.", p.ColdDebt, short(p.GateInitialDelay))
		l.AtStreakLimit = fmt.Sprintf("At %d, or at %d after %s, it is crash-looping as well. One input that finishes takes all of it back.",
			min(round, p.ColdInputs), p.Debt, short(p.Probation))
	case policy.Ephemeral:
		p = p.WithDefaults()
		l.AtStartLimit = fmt.Sprintf("At %d before anything has worked, or at %d for %s while most containers fail, the run gives up: "+
			"all pending inputs fail with the last crash.", p.ColdDebt, p.Debt, short(p.Sustain))
		l.AtStreakLimit = fmt.Sprintf("At %d before any has finished (at %d after %s), or at %d for %s while most containers do not work, "+
			"the run gives up as well. One input that finishes takes all of it back.",
			p.ColdInputs, p.Debt, short(p.Probation), round, short(p.Sustain))
	}
	return l
}
