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
// Start-up crashes open it, or inputs that crash one after the other. What inputs opened, any finished input closes: the
// function works. What start-ups opened, a container that works beside them does not close: others still cannot start. One
// container that crash-loops beside healthy ones does not open it (in suture one failing service pauses all): that is
// what Restarts is for.
//
// The methods that report something take the time, whether or not its part of the rules needs one today. A Gate is not
// safe for concurrent use: one goroutine owns it.
type Gate struct {
	detector
	policy policy.Deployed
	bucket bucket
	random func() float64
	plain  bool

	mode     GateMode
	inputs   bool      // inputs opened it, not start-ups
	began    time.Time // when the crash loop began
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
	streak := NewStreak(policy.Ephemeral{ColdDebt: p.ColdDebt, ColdInputs: p.ColdInputs, Debt: p.Debt, Probation: p.Probation})
	return &Gate{
		detector: newDetector(streak, containers),
		policy:   p,
		bucket:   newBucket(containers),
		random:   orRandom(random),
		canary:   nobody,
	}
}

// Plain says that a start costs nothing and cannot fail, and returns the gate. Then there is no limit on the rate of
// creations, since goroutines may crash and start thousands of times in a second in which the function works well, and
// no ramp.
func (g *Gate) Plain() *Gate {
	g.plain = true
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
	g.stopped(lineage) // its predecessor is gone, reported or not
	if s := g.lineage(lineage); s.permitted > 0 {
		s.permitted--
		return
	}
	g.begin(lineage, now)
}

// Ready says that a container of the lineage got ready. It pays one start-up debt, and proves nothing: with ready as
// the proof, a function that dies on its first input was started 1,422 times in 5 min instead of 115.
func (g *Gate) Ready(lineage int, _ time.Time) { g.ready(lineage) }

// Proven says that a container of the lineage outlived its probation.
func (g *Gate) Proven(lineage int, now time.Time) {
	g.proven(lineage)
	g.proof(lineage, now)
}

// Finished says that a container of the lineage finished n inputs, with a value or a failure.
func (g *Gate) Finished(lineage, n int, now time.Time) {
	g.finished(lineage, n)
	g.Progress(now)
	g.proof(lineage, now)
}

// Progress says that some input has finished. It ends the streak, and the crash loop if that is what began it.
func (g *Gate) Progress(time.Time) {
	g.streak.Finished()
	if g.mode != GateClosed && g.inputs {
		g.close()
	}
}

// Stopped says that the lineage's container is gone and did not crash (scaled down, drained, recycled, preempted, lost), or
// that a permission will not be used. If it was the canary, another may go at once. Its start is not held against the
// limit on creations any more: a pool whose containers come and go in order is no pool that collapses.
func (g *Gate) Stopped(lineage int, now time.Time) {
	g.stopped(lineage)
	g.end(lineage)
	g.bucket.refund(now)
}

// Crash takes in a crash. A crash on an input gives its token back: the limit on creations is for starts that fail. The
// rule is always 0, since a deployed function is never given up.
func (g *Gate) Crash(c Crash) policy.Rule {
	wasUnproven, wasCanary := g.end(c.Lineage)
	opens := g.opens(c)
	switch {
	case g.mode == GateClosed && opens:
		g.began, g.waits, g.inputs = c.Now, 0, !c.Starting
		g.open(c.Now)
	case g.mode == GateOpen && wasCanary:
		g.open(c.Now)
	case g.mode == GateRamp && wasUnproven && g.ramp.crashed(c.Now):
		g.open(c.Now)
	}
	if opens && c.Starting {
		g.inputs = false // one that inputs opened is now that of starts as well
	}
	return 0
}

// opens counts the crash, and reports whether it opens a closed gate.
func (g *Gate) opens(c Crash) bool {
	if c.Starting {
		g.startCrash(c.Lineage, c.Now)
		return g.debt >= g.policy.ColdDebt && g.failing()
	}
	g.stopped(c.Lineage)
	g.bucket.refund(c.Now)
	if !c.Fresh {
		return false
	}
	g.streak.Crash(c)
	return g.streak.Loops(c.Now)
}

// Reset closes the gate and clears debts, streak and the token bucket in the same instant: an operator, or a new version of
// the function, says that what was known is void. Who runs and who is healthy stays known.
func (g *Gate) Reset(time.Time) {
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
