package fleet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/fleet"
)

func TestWanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scale        fleet.Scale
		busy, needed int
		want         int
	}{
		"nothing to do":             {fleet.Scale{Max: 9}, 0, 0, 0},
		"at least":                  {fleet.Scale{Min: 2, Max: 9}, 0, 1, 2},
		"busy, and more to do":      {fleet.Scale{Max: 9}, 2, 3, 5},
		"at most":                   {fleet.Scale{Max: 4}, 3, 3, 4},
		"a buffer, while it works":  {fleet.Scale{Max: 9, Buffer: 2}, 1, 0, 3},
		"none for nothing":          {fleet.Scale{Max: 9, Buffer: 2}, 0, 0, 0},
		"beside those at least":     {fleet.Scale{Min: 2, Max: 9, Buffer: 2}, 0, 1, 3},
		"a buffer within the limit": {fleet.Scale{Max: 4, Buffer: 2}, 3, 0, 4},
		"the zero value":            {fleet.Scale{}, 3, 3, 0},
	} {
		require.Equal(t, c.want, c.scale.Wanted(c.busy, c.needed), name)
	}
}

func TestUnused(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for name, c := range map[string]struct {
		idle   []time.Duration
		unused int
		again  time.Duration
	}{
		"none is idle":          {nil, 0, 10 * s},
		"idle for the window":   {[]time.Duration{90 * s}, 1, 10 * s},
		"not quite":             {[]time.Duration{90*s + 1}, 0, 1},
		"the next one":          {[]time.Duration{95 * s, 0, 93 * s, 89 * s}, 2, 3 * s},
		"idle from now on":      {[]time.Duration{100 * s}, 0, 10 * s},
		"idle since after then": {[]time.Duration{101 * s}, 0, 10 * s},
	} {
		unused, again := fleet.NewCensus(c.idle, 1, 0).Unused(100*s, 10*s)
		require.Equal(t, c.unused, unused, name)
		require.Equal(t, c.again, again, name)
	}
}

func TestSurplus(t *testing.T) {
	t.Parallel()
	idle := []time.Duration{30, 10, 20}
	for name, c := range map[string]struct {
		busy, starting, want, most int
		surplus                    []int
	}{
		"as many as wanted":                         {0, 0, 3, 9, nil},
		"fewer than wanted":                         {0, 0, 9, 9, nil},
		"idle for longest":                          {0, 0, 2, 9, []int{1}},
		"the next of them":                          {0, 0, 1, 9, []int{1, 2}},
		"all that are idle":                         {1, 0, 0, 9, []int{1, 2, 0}},
		"busy ones are left":                        {2, 0, 1, 9, []int{1, 2, 0}},
		"but where there are more than most":        {2, 0, 1, 1, []int{1, 2, 0, 3}},
		"idle ones also where more are wanted":      {0, 0, 9, 2, []int{0}},
		"those that start count, and are not ended": {0, 2, 3, 9, []int{1, 2}},
		"nor where they are more than most":         {1, 2, 0, 1, []int{1, 2, 0, 3}},
	} {
		require.Equal(t, c.surplus, fleet.NewCensus(idle, c.busy, c.starting).Surplus(c.want, c.most), name)
	}
}

// TestSurplusIsNoMoreThanThat: each once, no busy one while an idle one is left, and never so
// many that fewer are left than wanted, unless most is less.
func TestSurplusIsNoMoreThanThat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var idle []time.Duration
		for range rapid.IntRange(0, 8).Draw(t, "idle") {
			idle = append(idle, time.Duration(rapid.IntRange(0, 9).Draw(t, "since")))
		}
		busy, starting := rapid.IntRange(0, 8).Draw(t, "busy"), rapid.IntRange(0, 4).Draw(t, "starting")
		want, most := rapid.IntRange(0, 20).Draw(t, "want"), rapid.IntRange(0, 20).Draw(t, "most")
		surplus := fleet.NewCensus(idle, busy, starting).Surplus(want, most)
		seen := map[int]bool{}
		ended := 0 // that were idle
		for _, i := range surplus {
			require.False(t, seen[i])
			seen[i] = true
			if i < len(idle) {
				ended++
			}
		}
		left := len(idle) + busy + starting - len(surplus)
		require.True(t, len(surplus) == 0 || left >= min(want, most))
		if len(surplus) > ended {
			require.Equal(t, len(idle), ended, "a busy one while an idle one is left")
			require.GreaterOrEqual(t, left, most)
		}
		require.True(t, left <= most || len(surplus) == len(idle)+busy, "more than most are left")
	})
}

// TestRecycleDraws: the last tenth of a limit is drawn, so that containers do not all end at once.
func TestRecycleDraws(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ limit, least int64 }{{1, 1}, {9, 9}, {10, 9}, {20, 18}, {100, 90}} {
		seen := map[int64]bool{}
		for range 2000 {
			seen[fleet.Recycle{Inputs: int(c.limit)}.DrawInputs()] = true
			age := fleet.Recycle{Age: time.Duration(c.limit)}.DrawAge()
			require.GreaterOrEqual(t, age, time.Duration(c.least))
			require.LessOrEqual(t, age, time.Duration(c.limit))
		}
		for n := c.least; n <= c.limit; n++ {
			require.True(t, seen[n], "%d of %d", n, c.limit)
			delete(seen, n)
		}
		require.Empty(t, seen)
	}
}
