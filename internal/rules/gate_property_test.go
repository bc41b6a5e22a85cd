package rules_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// TestGateProperties drives a gate the way a supervisor does, with containers that do what they like.
func TestGateProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "containers")
		rate := max(1, float64(n)/10)
		draw := rapid.Float64Range(0, 0.999)
		g := rules.NewGate(policy.Deployed{}, n, func() float64 { return draw.Draw(t, "jitter") })
		up := make([]bool, n)
		last := make([]int, n)
		var starts []float64 // NaN: of a container that was stopped in order, or crashed on an input
		now, canary := 0.0, -1
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			now += rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0, 5)).Draw(t, "later")
			l := rapid.IntRange(0, n-1).Draw(t, "lineage")
			before := g.Mode()
			switch op := rapid.IntRange(0, 5).Draw(t, "op"); {
			case !up[l]:
				ok, wait := g.Admit(l, at(now))
				require.NotEqual(t, ok, wait > 0)
				require.LessOrEqual(t, wait, 30*time.Second)
				if up[l] = ok; !ok {
					break
				}
				last[l] = len(starts)
				starts = append(starts, now)
				if before == rules.GateOpen {
					require.Negative(t, canary, "one canary at a time")
					canary = l
				}
				if rapid.Bool().Draw(t, "started") {
					g.Started(l, at(now))
				}
			case op == 0:
				g.Ready(l, at(now))
			case op == 1:
				g.Finished(l, 1, at(now))
			case op == 2:
				g.Proven(l, at(now))
			case op == 3:
				g.Stopped(l, at(now))
				up[l] = false
				starts[last[l]] = math.NaN()
			default:
				spent := op == 5
				g.Crash(rules.Crash{
					Lineage: l, Now: at(now), Starting: !spent, Wanted: n,
					Fresh: rapid.Bool().Draw(t, "fresh"), Begun: at(now), InReach: true,
				})
				if spent {
					starts[last[l]] = math.NaN()
				}
				up[l] = false
			}
			if canary >= 0 && (!up[canary] || g.Mode() != rules.GateOpen) {
				canary = -1
			}
			require.Equal(t, g.Mode() == rules.GateClosed, g.Since().IsZero())
			require.Contains(t, edges[before], g.Mode())
		}
		requireBounded(t, slices.DeleteFunc(starts, math.IsNaN), float64(n), rate)
		for l := range up { // whatever happened, it can be brought to rest, and starts again
			g.Stopped(l, at(now))
		}
		requireAdmit(t, g, 0, now+60)
	})
}

// edges is the table of gatemode.go, with n = 1, where open goes through the ramp to closed in one step.
var edges = map[rules.GateMode][]rules.GateMode{
	rules.GateClosed: {rules.GateClosed, rules.GateOpen},
	rules.GateOpen:   {rules.GateOpen, rules.GateRamp, rules.GateClosed},
	rules.GateRamp:   {rules.GateRamp, rules.GateOpen, rules.GateClosed},
}

// requireBounded wants at most size + rate·w + 1 starts in any window of w seconds, those not counted of containers that
// were stopped in order or crashed on an input: they give back what their start took.
func requireBounded(t *rapid.T, starts []float64, size, rate float64) {
	for i := range starts {
		for j := i; j < len(starts); j++ {
			require.LessOrEqual(t, float64(j-i+1), size+rate*(starts[j]-starts[i])+1)
		}
	}
}
