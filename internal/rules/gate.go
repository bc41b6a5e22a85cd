package rules

import (
	"time"

	"github.com/longshore-go/longshore/policy"
)

// Gate decides when a deployed function may create containers. While its containers work, it only limits the rate.
// In a crash loop it stops creation for everybody and sends one canary after each wait, ever longer; a canary that is
// proven lets a few follow, then more. Containers that run are never touched.
//
// One gate for the function, because a backoff for each container sends N canaries into the same fault: in an outage
// of two hours, 100 containers made 2,800 starts under Kubernetes' rule and 431 under this one, and were back in
// 23 s instead of 72. One gate is also one answer to "is it crash-looping, since when, when next?".
//
// One container that crash-loops beside healthy ones does not open the gate (in suture one failing service pauses all):
// that is what Restarts is for.
//
// The methods that report something take the time, whether or not its part of the rules needs one today. A Gate is not
// safe for concurrent use: one goroutine owns it.
type Gate struct {
	policy   policy.Deployed
	detector detector
	bucket   bucket
	random   func() float64

	mode     GateMode
	since    time.Time // when the crash loop began
	until    time.Time // open: the end of the wait
	waits    int       // waits begun in this crash loop
	canary   int       // open: the lineage that is the canary, or nobody
	ramp     ramp
	starts   []starts // by lineage
	unproven int      // starts of all lineages: permitted or up, and not proven
}

// starts counts what a lineage has permitted or up and not proven. It is one at most where the caller reports
// everything; counting makes a caller who does not pay for it, instead of the gate losing count.
type starts struct{ permitted, unproven int32 }

const nobody = -1

// NewGate returns the gate, closed, of a function with at most a number of containers. Lineages count from 0; one
// beyond the number is taken in. The random source returns numbers in [0, 1); nil means the process's own.
func NewGate(p policy.Deployed, containers int, random func() float64) *Gate {
	p = p.WithDefaults()
	return &Gate{
		policy:   p,
		detector: newDetector(p.Debt, containers),
		bucket:   newBucket(containers),
		random:   orRandom(random),
		canary:   nobody,
	}
}

// Unmetered lifts the limit on the rate of creations and returns the gate: for plain goroutine containers, which cost
// nothing to create and may crash and start thousands of times in a second in which the function works well.
func (g *Gate) Unmetered() *Gate {
	g.bucket.lift()
	return g
}

// Admit asks whether the lineage may start a container now. A yes is the permission for one start, is charged to the
// token bucket, and holds until the start is reported proven, crashed or stopped. After a no, wait is how long until
// a yes is possible; where that depends on another container (the canary, the ramp), it is the probation, and asking
// again after any report may be quicker.
func (g *Gate) Admit(lineage int, now time.Time) (ok bool, wait time.Duration) {
	if wait = max(g.held(now), g.bucket.wait(now)); wait > 0 {
		return false, wait
	}
	g.begin(lineage, now).permitted++
	return true, 0
}

// Started says that a container of the lineage is being started. Where Admit was not asked, it is charged here.
func (g *Gate) Started(lineage int, now time.Time) {
	g.detector.stopped(lineage) // its predecessor is gone, reported or not
	if s := g.lineage(lineage); s.permitted > 0 {
		s.permitted--
		return
	}
	g.begin(lineage, now)
}

// Ready says that a container of the lineage got ready. It pays one start-up debt, and proves nothing: with ready as
// the proof, a function that dies on its first input was started 1,422 times in 5 min instead of 115.
func (g *Gate) Ready(lineage int, _ time.Time) { g.detector.ready(lineage) }

// Proven says that a container of the lineage outlived its probation.
func (g *Gate) Proven(lineage int, now time.Time) {
	g.detector.proven(lineage)
	g.proof(lineage, now)
}

// Finished says that a container of the lineage finished an input. Cheap enough to call for every input.
func (g *Gate) Finished(lineage int, now time.Time) {
	g.detector.finished(lineage)
	g.proof(lineage, now)
}

// Stopped says that the lineage's container is gone and did not crash (scaled down, drained, recycled, preempted), or
// that a permission will not be used. If it was the canary, another may go at once. Its start is not held against the
// limit on creations any more: a pool whose containers come and go in order is no pool that collapses.
func (g *Gate) Stopped(lineage int, now time.Time) {
	g.detector.stopped(lineage)
	g.end(lineage)
	g.bucket.refund(now)
}

// NoFreshInputs says whether every unfinished input has been in a crash before; see Budget. A canary that such an
// input takes down has shown nothing, and another may go at once.
func (g *Gate) NoFreshInputs(yes bool) { g.detector.noFresh = yes }

// Excused is true while running crashes are not charged.
func (g *Gate) Excused() bool { return g.detector.excused() }

// Crash says that a container of the lineage crashed, before it got ready (starting) or after.
func (g *Gate) Crash(lineage int, starting bool, now time.Time) {
	c := channelOf(starting)
	counts := g.detector.crash(c, lineage, now)
	wasUnproven, wasCanary := g.end(lineage)
	if !counts {
		return
	}
	switch g.mode {
	case GateClosed:
		if g.detector.accounts[c].debt >= g.policy.ColdDebt && g.detector.failing(c) {
			g.since, g.waits = now, 0
			g.open(now)
		}
	case GateOpen:
		if wasCanary {
			g.open(now)
		}
	case GateRamp:
		if wasUnproven && g.ramp.crashed(now) {
			g.open(now)
		}
	}
}

// Reset closes the gate and clears debts, crash counters and the token bucket in the same instant: an operator, or a
// new version of the function, says that what was known is void. Who runs and who is healthy stays known.
func (g *Gate) Reset(_ time.Time) {
	g.close()
	g.bucket.fill()
}

// Grow says that the function may have so many containers from now on: creations are limited as for a gate that was
// made for them. Lineages are taken in as they are heard of, but the limit cannot know. Fewer than before change nothing.
func (g *Gate) Grow(containers int, now time.Time) { g.bucket.grow(containers, now) }

// begin counts a start of the lineage. Any start while the gate is open is the canary, if there is none.
func (g *Gate) begin(lineage int, now time.Time) *starts {
	g.bucket.take(now)
	g.ramp.stir(now)
	if g.mode == GateOpen && g.canary == nobody {
		g.canary = lineage
	}
	s := g.lineage(lineage)
	s.unproven++
	g.unproven++
	return s
}

// end forgets the starts of a lineage: they are proven, crashed or stopped.
func (g *Gate) end(lineage int) (wasUnproven, wasCanary bool) {
	s := g.lineage(lineage)
	wasUnproven, wasCanary = s.unproven > 0, g.canary == lineage
	g.unproven -= int(s.unproven)
	*s = starts{}
	if wasCanary {
		g.canary = nobody
	}
	return wasUnproven, wasCanary
}

func (g *Gate) lineage(i int) *starts {
	g.starts = grown(g.starts, i)
	return &g.starts[i]
}
