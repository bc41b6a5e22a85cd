package gate_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper/internal/gate"
)

func newAdaptive(initial int, told *[]int) *gate.Adaptive {
	return gate.NewAdaptive(gate.AdaptiveConfig{
		Min: 1, Initial: initial, Max: 100, Window: time.Second, Wake: func() {},
		Changed: func(limit int) { *told = append(*told, limit) },
	})
}

// round has as many attempts under way as may be, each of which takes so long.
func round(a *gate.Adaptive, takes func(n int) time.Duration) {
	n := 0
	for a.Take() {
		n++
	}
	d := takes(n)
	time.Sleep(d)
	for range n {
		a.Took(d)
	}
	for range n {
		a.Done()
	}
}

// server bears so many at once; more take longer in proportion.
func server(cores int) func(n int) time.Duration {
	return func(n int) time.Duration {
		return 10 * time.Millisecond * time.Duration(max(n, cores)) / time.Duration(cores)
	}
}

// TestAdaptiveConformance: the limits of a trace of refusals.
func TestAdaptiveConformance(t *testing.T) {
	t.Parallel()
	cases, err := conformance.Flow()
	require.NoError(t, err)
	for _, c := range cases {
		if c.Area != "adaptive" {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			var setup struct {
				Trace [][2]any `json:"trace"`
				Trip  float64  `json:"round_trip_ms"`
			}
			var want struct{ Limits []float64 }
			require.NoError(t, json.Unmarshal(c.Setup, &setup))
			require.NoError(t, json.Unmarshal(c.Want(), &want))
			trip := time.Duration(setup.Trip) * time.Millisecond
			synctest.Test(t, func(t *testing.T) {
				var told []int
				var a *gate.Adaptive
				var begin time.Time
				for i, step := range setup.Trace {
					value := step[1].(float64)
					if step[0] == "limit" {
						a = newAdaptive(int(value), &told)
						window(a, trip)
						begin = time.Now()
					} else {
						time.Sleep(time.Until(begin.Add(time.Duration(value) * time.Millisecond)))
						a.Refused()
					}
					require.InDelta(t, want.Limits[i], a.Exact(), 1e-9)
				}
			})
		})
	}
}

// window is one of attempts that take so long, of which there are too few for the limit to change.
func window(a *gate.Adaptive, takes time.Duration) {
	time.Sleep(time.Second)
	for range 10 {
		a.Took(takes)
	}
}

// TestAdaptiveFollows: the limit grows to what the other side bears, falls when that does, and grows again.
func TestAdaptiveFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []int
		a := newAdaptive(4, &told)
		phase := func(cores int) {
			for end := time.Now().Add(time.Minute); time.Now().Before(end); {
				round(a, server(cores))
			}
		}
		phase(16)
		require.GreaterOrEqual(t, a.Limit(), 16)
		require.LessOrEqual(t, a.Limit(), 64)
		high := a.Limit()
		phase(4)
		require.Less(t, a.Limit(), high)
		require.GreaterOrEqual(t, a.Limit(), 4)
		phase(16)
		require.GreaterOrEqual(t, a.Limit(), 16)
		require.NotEmpty(t, told)
	})
}

// TestAdaptiveBounds: it stays between Min and Max, and does not grow where nobody asks for more.
func TestAdaptiveBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []int
		a := newAdaptive(20, &told)
		for range 200 {
			time.Sleep(time.Second)
			a.Refused()
		}
		require.Equal(t, 1, a.Limit())
		require.LessOrEqual(t, len(told), 200, "once a second at most")
		a = newAdaptive(20, &told)
		for range 100 {
			window(a, time.Millisecond)
		}
		require.Equal(t, 20, a.Limit(), "none was under way")
		for range 40_000 {
			round(a, func(int) time.Duration { return 10 * time.Millisecond })
		}
		require.Equal(t, 100, a.Limit())
	})
}
