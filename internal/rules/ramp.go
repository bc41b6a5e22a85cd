package rules

import "time"

// ramp is the way back from one canary to all containers: 4 unproven ones at a time, and 3 more for each that is
// proven, so each lets 4 follow. It costs 7 s against starting all at once, and it is what lets a dependency recover
// that falls over when more than a few containers start together; immediate restarts never get there.
type ramp struct {
	limit     int // unproven containers at a time
	successes int // containers proven, the canary included
	crashes   int // containers that crashed unproven
	stirred   time.Time
}

const (
	rampStart = 4
	rampStep  = 3
)

func (r *ramp) proved() {
	r.successes++
	r.limit += rampStep
}

// crashed counts a crash of an unproven container, and reports whether the ramp has failed. Healthy containers that
// crash are not counted: a big pool with a few poison inputs would never get up.
func (r *ramp) crashed(now time.Time) bool {
	r.stir(now)
	r.crashes++
	return r.crashes > r.successes
}

// stir notes that somebody started, wanted to start, or failed to.
func (r *ramp) stir(now time.Time) { r.stirred = now }

// held is how long the gate in its present mode refuses any start; 0 if it does not.
func (g *Gate) held(now time.Time) time.Duration {
	switch {
	case g.mode == GateOpen && g.canary != nobody:
		return g.policy.Probation
	case g.mode == GateOpen:
		return max(g.until.Sub(now), 0)
	case g.mode == GateRamp && g.unproven >= g.ramp.limit:
		g.ramp.stir(now)
		return g.policy.Probation
	}
	return 0
}

// proof takes a lineage that has shown itself healthy out of the unproven, and the gate a step further.
func (g *Gate) proof(lineage int, now time.Time) {
	if g.mode == GateClosed && lineage < len(g.starts) && g.starts[lineage] == (starts{}) {
		return // the usual case: it was healthy before
	}
	wasUnproven, wasCanary := g.end(lineage)
	switch {
	case g.mode == GateOpen && wasCanary:
		g.mode = GateRamp
		g.ramp = ramp{limit: rampStart, successes: 1, stirred: now}
	case g.mode == GateRamp && wasUnproven:
		g.ramp.proved()
	}
	if g.mode == GateRamp && (g.plain || g.nobodyHeld() || g.nobodyWaits(now)) {
		g.close()
	}
}

// nobodyHeld reports whether all lineages that are not healthy could start at once.
func (g *Gate) nobodyHeld() bool {
	return g.ramp.limit >= g.size()-g.healthy
}

// nobodyWaits reports whether for one probation nothing has started or wanted to: the function runs fewer containers
// than it may, and there is nobody left to bring back. Without it, a pool scaled down would be crash-looping for ever.
func (g *Gate) nobodyWaits(now time.Time) bool {
	return g.unproven == 0 && now.Sub(g.ramp.stirred) >= g.policy.Probation
}

// open begins the next wait.
func (g *Gate) open(now time.Time) {
	wait := doubled(g.policy.GateInitialDelay, g.policy.GateMaxDelay, g.waits)
	g.until = now.Add(equalJitter(wait, g.random))
	g.mode, g.canary = GateOpen, nobody
	g.waits++
}

// close ends the crash loop, and forgives what opened the gate: containers proven by their probation have paid none of
// it, and the next single crash must not open it again.
func (g *Gate) close() {
	g.mode, g.canary, g.inputs = GateClosed, nobody, false
	g.began, g.until = time.Time{}, time.Time{}
	g.forgive()
}
