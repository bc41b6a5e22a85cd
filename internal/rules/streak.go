package rules

import (
	"time"

	"github.com/longshore-go/longshore/policy"
)

// Round is the number of fresh inputs that crash one after the other until the function is in doubt. Each further round
// begins another pause.
const Round = 32

// Streak is the run R of fresh crashes: how many inputs that were in no crash before have crashed, one after the other,
// since an input last finished. It is one number for the function, whatever the number of containers.
//
// It tells bad inputs from a bad function by asking for other inputs: what is tried next is drawn from all that is in
// reach, so neighbours that are bad end with the first good one. Counted is only an attempt that was begun after the
// first crash of the streak and after the latest pause, so a thousand containers that die together count once. A debt
// that each finished input pays one of was refused: it took three bad rows at the head of a table for a function that
// never works, and in simulation it gave up in 99 of 150 scenarios in which the function is good, this one in 3.
//
// A Streak is not safe for concurrent use.
type Streak struct {
	policy policy.Ephemeral

	run      int       // R
	inputs   int       // all fresh crashes, those not counted too
	pauses   int       // begun in this streak
	since    time.Time // its first crash
	mark     time.Time // what was begun before is not counted
	finished bool      // some input has, ever
}

// NewStreak returns the streak, empty, of a function under p.
func NewStreak(p policy.Ephemeral) Streak { return Streak{policy: p.WithDefaults()} }

// Finished says that an input has come to its end, with a value or a failure: everything is paid.
func (s *Streak) Finished() { *s = Streak{policy: s.policy, finished: true} }

// Forgive forgets the streak, but not whether an input ever finished.
func (s *Streak) Forgive() { *s = Streak{policy: s.policy, finished: s.finished} }

// Crash takes in a fresh crash. It reports whether a round is full and another input could be tried, so that a pause is due.
func (s *Streak) Crash(c Crash) (pause bool) {
	s.inputs++
	switch {
	case s.run == 0:
		s.run, s.since, s.mark = 1, c.Now, c.Now
	case !c.Begun.Before(s.mark):
		s.run++
		return s.run%Round == 0 && c.InReach
	}
	return false
}

// Pause says that a pause has begun, and when it ends.
func (s *Streak) Pause(until time.Time) {
	s.pauses++
	s.mark = until
}

// Exceeds returns the rule by which the fresh crash just taken in ends a run, or 0. Healthy containers are counted without
// the one that crashed.
//
// In simulation (2,000 to 4,000 good inputs of a second or more, 90 % poison at random, 1 to 1,000 containers) a cold limit
// of 32 gave up to 100 % of the runs up, 64 up to 33 %, and 96, the default, up to 3.5 %. The age is for containers
// that take long to start or to crash: 96 of them would take minutes.
func (s *Streak) Exceeds(now time.Time, healthy, wanted int) policy.Rule {
	switch {
	case !s.finished && healthy == 0 && (s.run >= s.policy.ColdInputs || s.old(now)):
		return policy.RuleCold
	case s.Doubt() && now.Sub(s.since) >= s.policy.Sustain && 2*healthy <= wanted:
		return policy.RuleSustained
	}
	return 0
}

// old reports a streak that is short, but has gone on for a probation.
func (s *Streak) old(now time.Time) bool {
	return s.run >= s.policy.Debt && now.Sub(s.since) >= s.policy.Probation
}

// Loops reports whether the fresh crash just taken in opens the gate of a deployed function.
func (s *Streak) Loops(now time.Time) bool {
	return s.run >= min(Round, s.policy.ColdInputs) || s.old(now)
}

// Doubt reports that a whole round has crashed: it is open whether the inputs are bad or the function is.
func (s *Streak) Doubt() bool { return s.run >= Round }

// Run is R.
func (s *Streak) Run() int { return s.run }

// Inputs is how many different inputs were tried in vain, those that died together included.
func (s *Streak) Inputs() int { return s.inputs }

// Pauses is how many pauses there were in this streak.
func (s *Streak) Pauses() int { return s.pauses }

// Since is when the streak began; it says nothing while Run is 0.
func (s *Streak) Since() time.Time { return s.since }

// limit is the R that may end a run, for display: of the cold rule until an input has finished, then of the sustained one.
func (s *Streak) limit() int {
	if s.finished {
		return Round
	}
	return s.policy.ColdInputs
}
