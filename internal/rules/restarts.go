package rules

import (
	"math"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// curve is how the restart delay of one lineage grows.
type curve struct {
	initial, limit time.Duration
	subsidised     bool // uptime is taken off the delay
}

// curveOf is that of a policy. An ephemeral run restarts fast: it is the budget that ends it, and a caller is waiting. Not
// for the user to tune, because the cutoff's figures hold for these delays.
func curveOf(p policy.Crashes) curve {
	if p, ok := p.(policy.Deployed); ok {
		p = p.WithDefaults()
		return curve{initial: p.InitialDelay, limit: p.MaxDelay, subsidised: true}
	}
	return curve{initial: 250 * time.Millisecond, limit: 8 * time.Second}
}

// Restarts says how long each lineage waits between a crash at start-up, or with nothing to do, and its next container.
//
// The first such crash of a lineage since it made progress is restarted at once, so that a pool which dies in one blow is
// back at once. From then on the delay doubles: 0.25 s to 8 s under Ephemeral, InitialDelay to MaxDelay under
// Deployed, half of it random. Under Deployed, the time the container was up is taken off before the jitter.
//
// A finished input resets the lineage, and nothing else does. Reset by uptime, which Kubernetes has (after 10 min,
// issue 57291), starves a pool that crashes now and then but works: 5 % random crashes leave it 10 % of its capacity,
// this rule 93 %.
//
// A crash on an input waits for nothing here: a container that got ready can be started, and what holds back a function that
// only crashes is the pause of a Budget or the Gate. A delay of each lineage for such crashes was refused: it slows the
// good inputs behind bad ones, 25 s instead of 0.5 s for 40 bad ones in a row.
//
// A Restarts is not safe for concurrent use.
type Restarts struct {
	curve   curve
	crashes []int32 // in a row, by lineage
	random  func() float64
}

// NewRestarts returns the delays of a pool of containers under p; nil means policy.Ephemeral{}. The random source returns
// numbers in [0, 1); nil means the process's own.
func NewRestarts(p policy.Crashes, random func() float64) *Restarts {
	return &Restarts{curve: curveOf(p), random: orRandom(random)}
}

// Crash counts a start-up crash of a lineage whose container had been ready for uptime (0 for one that never was), and returns
// how long to wait before its next container.
func (r *Restarts) Crash(lineage int, uptime time.Duration) time.Duration {
	r.crashes = grown(r.crashes, lineage)
	n := int(r.crashes[lineage])
	if n < math.MaxInt32 {
		r.crashes[lineage]++
	}
	if n == 0 {
		return 0
	}
	step := doubled(r.curve.initial, r.curve.limit, n-1)
	if r.curve.subsidised {
		step -= min(max(uptime, 0), step)
	}
	return equalJitter(step, r.random)
}

// Finished says that the lineage finished an input: its next crash counts as the first.
func (r *Restarts) Finished(lineage int) {
	if lineage < len(r.crashes) {
		r.crashes[lineage] = 0
	}
}

// Reset makes the next crash of every lineage count as the first: a manual reset, a redeploy, or a gate that closed.
func (r *Restarts) Reset() { clear(r.crashes) }

// InARow is the number of crashes of a lineage since it last finished an input.
func (r *Restarts) InARow(lineage int) int {
	if lineage < len(r.crashes) {
		return int(r.crashes[lineage])
	}
	return 0
}

// grown is s long enough to index i. Nothing is kept for a lineage that was never heard of.
func grown[T any](s []T, i int) []T {
	if i < len(s) {
		return s
	}
	return append(s, make([]T, i+1-len(s))...)
}
