package supervisor

import (
	"math/rand/v2"
	"time"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// judge asks the rules: it feeds what happens to the values of internal/rules, and hands back what they say. One
// detector, two consequences: a budget for an ephemeral pool, a gate for a deployed one, never both.
type judge struct {
	ruleset
	gate      *rules.Gate // the ruleset of a deployed pool, else nil
	restarts  *rules.Restarts
	probation time.Duration
}

// ruleset is what a budget and a gate have in common.
type ruleset interface {
	Admit(lineage int, now time.Time) (ok bool, wait time.Duration)
	Started(lineage int, now time.Time)
	Ready(lineage int, now time.Time)
	Proven(lineage int, now time.Time)
	Stopped(lineage int, now time.Time)
	Finished(lineage, n int, now time.Time)
	Progress(now time.Time)
	Crash(c rules.Crash) policy.Rule
	Grow(containers int, now time.Time)
	Reset(now time.Time)

	Until(lineage int) time.Time
	Healthy() int
	Debt() int
	Streak() *rules.Streak
	Limits() (debt, streak int)
}

func newJudge(cfg Config) judge {
	j := judge{restarts: rules.NewRestarts(cfg.Crashes, rand.Float64)}
	switch p := cfg.Crashes.(type) {
	case policy.Deployed:
		j.probation = p.WithDefaults().Probation
		j.gate = rules.NewGate(p, cfg.Containers, rand.Float64)
		if cfg.Plain {
			j.gate.Plain()
		}
		j.ruleset = j.gate
	default:
		e, _ := p.(policy.Ephemeral)
		j.probation = e.WithDefaults().Probation
		j.ruleset = rules.NewBudget(e, cfg.Containers, rand.Float64)
	}
	return j
}

// finished notes that the container of a lineage has finished n inputs.
func (j *judge) finished(i, n int, now time.Time) {
	j.restarts.Finished(i)
	j.Finished(i, n, now)
}

// crash returns how long the lineage has to wait for its next start, whatever else it waits for, or the limit that was
// exceeded. A crash on an input costs its container no wait: it got ready, so it can be started.
func (j *judge) crash(c rules.Crash, uptime time.Duration, fatal bool) (wait time.Duration, rule policy.Rule) {
	if fatal && j.gate == nil {
		return 0, policy.RuleFatal
	}
	if rule := j.Crash(c); rule != 0 {
		return 0, rule
	}
	if !c.Starting {
		return 0, 0
	}
	return j.restarts.Crash(c.Lineage, uptime), 0
}

// looping reports a crash loop, and since when.
func (j *judge) looping() (since time.Time, yes bool) {
	if j.gate == nil || j.gate.Mode() == rules.GateClosed {
		return time.Time{}, false
	}
	return j.gate.Since(), true
}

// why says which rule has opened the crash loop.
func (j *judge) why() string {
	if j.gate.OfInputs() {
		return tried(j.Streak().Inputs()) + " since one last finished"
	}
	return startsCrash
}

// forgive forgets the crashes of every lineage, as the gate does when it closes.
func (j *judge) forgive() { j.restarts.Reset() }

// ramping reports that the gate is on its way back.
func (j *judge) ramping() bool { return j.gate != nil && j.gate.Mode() == rules.GateRamp }

// reset is a manual one. The budget of an ephemeral pool stays what it is.
func (j *judge) reset(now time.Time) {
	j.restarts.Reset()
	j.Reset(now)
}

// show is the state of the rules.
func (j *judge) show(snap *Snapshot) {
	streak := j.Streak()
	snap.StartDebt, snap.Streak, snap.Inputs, snap.Pauses = j.Debt(), streak.Run(), streak.Inputs(), streak.Pauses()
	snap.StartLimit, snap.StreakLimit = j.Limits()
	snap.Doubt = streak.Doubt()
	if j.gate != nil {
		snap.Gate = j.gate.Mode().String()
		snap.CrashLoopOfInputs = j.gate.OfInputs()
	}
}

// alarm is what containers are to know of the rules.
func (j *judge) alarm() Alarm {
	var a Alarm
	if j.Streak().Run() > 0 {
		a |= alarmCrashed
	}
	if j.Streak().Doubt() {
		a |= alarmDoubt
	}
	if _, looping := j.looping(); looping {
		a |= alarmLoop
		if !j.gate.OfInputs() {
			a |= alarmStarts
		}
		a |= canaries(j.gate.Canaries())
	}
	return a
}
