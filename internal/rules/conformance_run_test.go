package rules_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/policy"
)

// runCase is a case of kind run: a map over inputs in a row.
type runCase struct {
	Kind          string
	N, Containers int
	Window, Batch int
	RestartS      float64 `json:"restart_s"`
	GoodS         float64 `json:"good_s"`
	CrashS        float64 `json:"crash_s"`
	Plain         bool
	Deployed      bool
	AtMostOnce    bool `json:"at_most_once"`
	Poison        [][2]int
	PoisonEvery   []int `json:"poison_every"`
	Outage        []float64
	Arrive        [][3]float64
	Expect        struct {
		Values   int
		Failures int `json:"crash_limit_failures"`
		Cutoff   string
		Crashes  [2]int
		EndS     [2]float64 `json:"end_s"`
	}
}

// runRun plays a case with the values in the place of supervisor and mapper: it shows that they fit together, and what
// whoever feeds them has to do. The product runs the same cases.
func runRun(t *testing.T, c conformance.Case) {
	trace := decode[runCase](t, c.Trace)
	want := trace.Expect
	for seed := range uint64(20) {
		p := newPlay(trace, seed)
		p.run()
		require.Equal(t, want.Values, p.values, "seed %d", seed)
		require.Equal(t, want.Failures, p.failures, "seed %d", seed)
		if want.Cutoff == "" {
			require.Zero(t, p.cutoff, "seed %d", seed)
		} else {
			require.Equal(t, want.Cutoff, p.cutoff.String(), "seed %d", seed)
		}
		require.GreaterOrEqual(t, p.crashes, want.Crashes[0], "seed %d", seed)
		require.LessOrEqual(t, p.crashes, want.Crashes[1], "seed %d", seed)
		require.GreaterOrEqual(t, p.now, seconds(want.EndS[0]), "seed %d", seed)
		require.LessOrEqual(t, p.now, seconds(want.EndS[1]), "seed %d", seed)
	}
}

// TestInnocentsNeverPay plays runs with bad inputs anywhere, up to half of them: each good one has its value and each bad one
// its three crashes, but for a few that were not charged, and nothing is given up.
func TestInnocentsNeverPay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := runCase{
			N: rapid.IntRange(1, 400).Draw(t, "inputs"), Containers: rapid.SampledFrom([]int{1, 2, 8, 64}).Draw(t, "containers"),
			RestartS: rapid.SampledFrom([]float64{1e-5, 0.05}).Draw(t, "restart"), GoodS: 0.001,
			CrashS: rapid.SampledFrom([]float64{1e-5, 0.001, 0.1}).Draw(t, "crash"), Plain: true,
			Batch: rapid.SampledFrom([]int{0, 10}).Draw(t, "batch"), Deployed: rapid.Bool().Draw(t, "deployed"),
		}
		bad := 0
		if every := rapid.IntRange(0, 5).Draw(t, "every"); every > 1 {
			c.PoisonEvery = []int{every, rapid.IntRange(0, every-1).Draw(t, "at")}
		} else {
			lo := rapid.IntRange(0, c.N).Draw(t, "from")
			c.Poison = [][2]int{{lo, min(c.N, lo+rapid.IntRange(0, c.N/2).Draw(t, "of"))}}
		}
		for i := range c.N {
			if c.poison(i) {
				bad++
			}
		}
		p := newPlay(c, rapid.Uint64().Draw(t, "seed"))
		p.run()
		require.Equal(t, policy.Rule(0), p.cutoff)
		require.Equal(t, []int{c.N - bad, bad, 0}, []int{p.values, p.failures, p.innocents})
		require.LessOrEqual(t, p.crashes, 8*bad)
	})
}

func (c *runCase) poison(i int) bool {
	if len(c.PoisonEvery) > 0 {
		return i%c.PoisonEvery[0] == c.PoisonEvery[1]
	}
	for _, p := range c.Poison {
		if i >= p[0] && i < p[1] {
			return true
		}
	}
	return false
}

func (c *runCase) dead(at time.Duration) bool {
	return len(c.Outage) > 0 && at > seconds(c.Outage[0]) && at < seconds(c.Outage[1])
}

// took is how long an attempt takes, by an input that is good or not.
func (c *runCase) took(crashes bool, random *rand.Rand) time.Duration {
	if crashes {
		return seconds(c.CrashS)
	}
	return time.Duration(float64(seconds(c.GoodS)) * (0.5 + random.Float64()))
}
