package rules_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

const ms = time.Millisecond

func TestRestartsOfARun(t *testing.T) {
	t.Parallel()
	for draw, want := range map[float64][]time.Duration{
		0: {0, 125 * ms, 250 * ms, 500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 4000 * ms},
		1: {0, 250 * ms, 500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 8000 * ms, 8000 * ms},
	} {
		for _, p := range []policy.Crashes{policy.Ephemeral{}, nil} {
			r := rules.NewRestarts(p, constant(draw))
			for i, d := range want {
				require.Equal(t, d, r.Crash(1, time.Hour), "uptime buys nothing here")
				require.Equal(t, i+1, r.InARow(1))
			}
			require.Zero(t, r.Crash(0, 0), "another lineage")
			r.Finished(1)
			require.Zero(t, r.InARow(1))
			require.Zero(t, r.Crash(1, 0))
		}
	}
}

func TestRestartsDeployed(t *testing.T) {
	t.Parallel()
	r := rules.NewRestarts(policy.Deployed{InitialDelay: 4 * time.Second, MaxDelay: 10 * time.Second}, constant(0.5))
	require.Zero(t, r.Crash(0, 0))
	require.Equal(t, 3*time.Second, r.Crash(0, 0))
	require.Equal(t, 6*time.Second, r.Crash(0, -time.Hour), "a negative uptime is none")
	require.Equal(t, 7500*ms, r.Crash(0, 0), "capped")
	require.Equal(t, 6*time.Second, r.Crash(0, 2*time.Second), "uptime is taken off before the jitter")
	require.Zero(t, r.Crash(0, time.Hour))
	r.Reset()
	require.Zero(t, r.InARow(0))
}

func TestRestartsOfAnyLineageAndSource(t *testing.T) {
	t.Parallel()
	r := rules.NewRestarts(policy.Deployed{InitialDelay: math.MaxInt64 - 1, MaxDelay: math.MaxInt64}, nil)
	r.Finished(3)
	require.Zero(t, r.InARow(3))
	for n := range 70 {
		d := r.Crash(3, 0)
		require.GreaterOrEqual(t, d, time.Duration(0))
		require.Equal(t, n > 0, d > 0)
	}
}

func TestRestartsStayWithinTheirStep(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := policy.Deployed{}.WithDefaults()
		r := rules.NewRestarts(p, func() float64 { return rapid.Float64Range(0, 0.999999).Draw(t, "draw") })
		require.Zero(t, r.Crash(0, 0))
		for step := p.InitialDelay; r.InARow(0) < 12; step = min(2*step, p.MaxDelay) {
			up := time.Duration(rapid.Int64Range(0, int64(2*step)).Draw(t, "uptime"))
			d, left := r.Crash(0, up), max(step-up, 0)
			require.GreaterOrEqual(t, d, left/2)
			require.LessOrEqual(t, d, left)
		}
	})
}
