package rules

import "time"

// GateMode is the state of a Gate. The legal edges:
//
//	closed → open    crashes outweigh progress
//	open   → ramp    the canary is proven
//	ramp   → open    more crashes than successes
//	ramp   → closed  no lineage can be held back any more
//
// and from any state to closed by Reset, and by a finished input where inputs opened it. A canary that crashes leaves the gate open, for longer. Where a ramp would hold
// nobody back (four others or fewer, or plain goroutines), the canary's proof closes the gate in one step. A function is crash_looping
// while its gate is not closed.
//
// The words are those of a circuit breaker: closed is the good state, in which starts flow.
type GateMode int

const (
	GateClosed GateMode = iota // starts are limited by the token bucket only
	GateOpen                   // no starts, but for one canary after each wait
	GateRamp                   // a few unproven containers at a time, more with each that is proven
)

// String is "closed", "open" or "ramp".
func (m GateMode) String() string {
	switch m {
	case GateOpen:
		return "open"
	case GateRamp:
		return "ramp"
	}
	return "closed"
}

// Mode is the state of the gate. The function is crash_looping while it is not GateClosed.
func (g *Gate) Mode() GateMode { return g.mode }

// OfInputs reports that inputs opened the gate, so that any finished one closes it; false if start-ups did, or it is closed.
func (g *Gate) OfInputs() bool { return g.inputs }

// Canaries is how many containers will be started next that have nothing proven yet: those that a caller may let fresh
// inputs in for. 0 while the gate is closed.
func (g *Gate) Canaries() int {
	switch g.mode {
	case GateOpen:
		return 1
	case GateRamp:
		return max(g.ramp.limit-g.unproven, 0)
	}
	return 0
}

// Since is when the crash loop began, from the first opening of the gate to its closing; zero while it is closed.
func (g *Gate) Since() time.Time { return g.began }

// Until is the earliest next start while the gate is open and waits; zero while a canary is out (nobody can know)
// and in every other mode. It is the same for every lineage.
func (g *Gate) Until(int) time.Time {
	if g.mode == GateOpen && g.canary == nobody {
		return g.until
	}
	return time.Time{}
}

// Limits returns the debt of start-up crashes and the length of the streak at which the gate may open, for display.
func (g *Gate) Limits() (debt, streak int) { return g.policy.ColdDebt, min(Round, g.policy.ColdInputs) }
