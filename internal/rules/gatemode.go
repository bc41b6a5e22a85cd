package rules

// GateMode is the state of a Gate. The legal edges:
//
//	closed → open    crashes outweigh progress
//	open   → ramp    the canary is proven
//	ramp   → open    more crashes than successes
//	ramp   → closed  no lineage can be held back any more
//
// and Reset, from any state to closed. A canary that crashes leaves the gate open, for longer. Where a ramp would hold
// nobody back (four others or fewer), the canary's proof closes the gate in one step. A function is crash_looping
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
