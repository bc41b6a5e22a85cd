package supervisor

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// judge asks the policy: it feeds what happens to the values of package policy, and
// hands back what they say. One detector, two consequences: budget for an ephemeral
// pool, gate for a deployed one, never both.
type judge struct {
	budget    *rules.Budget
	gate      *rules.Gate
	restarts  *rules.Restarts
	credit    *rules.Credit // nil unless plain
	probation time.Duration
}

// verdict is what there is to know about a crash.
type verdict struct {
	lineage  int
	starting bool
	fatal    bool
	spent    bool
	uptime   time.Duration
	now      time.Time
}

// ErrFatalStart marks the error of a start that no further start can mend: the
// executable is missing, the versions do not match, the function is unknown. A
// runtime wraps it; an ephemeral pool gives up at the first.
var ErrFatalStart = errors.New("supervisor: no start can succeed")

func newJudge(cfg Config) judge {
	if cfg.Crashes == nil {
		cfg.Crashes = policy.Ephemeral{}
	}
	j := judge{restarts: rules.NewRestarts(cfg.Crashes, cfg.Containers, rand.Float64)}
	if cfg.Plain {
		j.credit = new(rules.Credit)
	}
	switch p := cfg.Crashes.(type) {
	case policy.Deployed:
		p = p.WithDefaults()
		j.probation = p.Probation
		j.gate = rules.NewGate(p, cfg.Containers, rand.Float64)
		if cfg.Plain {
			j.gate.Unmetered()
		}
	case policy.Ephemeral:
		p = p.WithDefaults()
		j.probation = p.Probation
		j.budget = rules.NewBudget(p, cfg.Containers)
	}
	return j
}

func (j *judge) started(i int, now time.Time) {
	if j.gate != nil {
		j.gate.Started(i, now)
	}
}

func (j *judge) ready(i int, now time.Time) {
	if j.gate != nil {
		j.gate.Ready(i, now)
	} else {
		j.budget.Ready(i)
	}
}

// stopped notes that a container has ended without a crash.
func (j *judge) stopped(i int, now time.Time) {
	if j.gate != nil {
		j.gate.Stopped(i, now)
	} else {
		j.budget.Stopped(i)
	}
}

func (j *judge) proven(i int, now time.Time) {
	if j.gate != nil {
		j.gate.Proven(i, now)
	} else {
		j.budget.Proven(i)
	}
}

// enough finished inputs to pay off any debt; more change nothing.
const enough = 64

func (j *judge) finished(i, n int, now time.Time) {
	j.restarts.Finished(i)
	if j.credit != nil {
		j.credit.Earn(n)
	}
	for range min(n, enough) {
		if j.gate != nil {
			j.gate.Finished(i, now)
		} else {
			j.budget.Finished(i)
		}
	}
}

// crash returns how long the lineage has to wait for its next start, or the limit
// that was exceeded.
//
// A crash that only tells of its input (every unfinished one has crashed before)
// costs its container no wait, nor does one that finished inputs have paid for.
func (j *judge) crash(v verdict) (wait time.Duration, rule policy.Rule, cutoff bool) {
	excused := false
	if j.gate != nil {
		j.gate.NoFreshInputs(v.spent)
		j.gate.Crash(v.lineage, v.starting, v.now)
		excused = j.gate.Excused()
	} else {
		if v.fatal {
			return 0, policy.RuleFatal, true
		}
		j.budget.NoFreshInputs(v.spent)
		if rule, cutoff = j.budget.Crash(v.lineage, v.starting, v.now); cutoff {
			return 0, rule, true
		}
		excused = j.budget.Excused()
	}
	if !v.starting && (excused || (j.credit != nil && j.credit.Spend())) {
		return 0, 0, false
	}
	return j.restarts.Crash(v.lineage, v.uptime), 0, false
}

func (j *judge) admit(i int, now time.Time) (ok bool, wait time.Duration) {
	if j.gate == nil {
		return true, 0
	}
	return j.gate.Admit(i, now)
}

func (j *judge) healthy() int {
	if j.gate != nil {
		return j.gate.Healthy()
	}
	return j.budget.Healthy()
}

// looping reports a crash loop, and since when.
func (j *judge) looping() (since time.Time, yes bool) {
	if j.gate == nil || j.gate.Mode() == rules.GateClosed {
		return time.Time{}, false
	}
	return j.gate.Since(), true
}

// until is the earliest next start while the gate is open, zero at other times.
func (j *judge) until() time.Time {
	if j.gate == nil {
		return time.Time{}
	}
	return j.gate.Until()
}

// forgive forgets the crashes of every lineage, as the gate does when it closes.
func (j *judge) forgive() { j.restarts.Reset() }

// ramping reports that the gate is on its way back.
func (j *judge) ramping() bool { return j.gate != nil && j.gate.Mode() == rules.GateRamp }

// grow takes in that the pool has n lineages. The others take them in as they hear of
// them.
func (j *judge) grow(n int, now time.Time) {
	if j.gate != nil {
		j.gate.Grow(n, now)
	}
}

// reset is a manual one. The budget of an ephemeral pool stays what it is: it is the
// measure of one run.
func (j *judge) reset(now time.Time) {
	j.restarts.Reset()
	if j.gate != nil {
		j.gate.Reset(now)
	}
}

// show is the state of the gate, if there is one, and of the detector.
func (j *judge) show(snap *Snapshot) {
	if j.gate != nil {
		snap.Gate = j.gate.Mode().String()
		snap.StartDebt, snap.RunDebt = j.gate.Debt()
		snap.StartLimit, snap.RunLimit = j.gate.Limits()
		return
	}
	snap.StartDebt, snap.RunDebt = j.budget.Debt()
	snap.StartLimit, snap.RunLimit = j.budget.Limits()
}
