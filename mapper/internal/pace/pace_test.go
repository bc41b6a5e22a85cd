package pace_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/pace"
)

func TestAdapt(t *testing.T) {
	t.Parallel()
	here := pace.Rules{Target: pace.Here, Max: pace.MaxClaim, Cheap: pace.Cheap}
	with := func(change func(*pace.Rules)) pace.Rules {
		r := here
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		want  int // before
		n     int
		took  time.Duration
		rules pace.Rules

		next, lease int
	}{
		"grows twofold":                   {1, 1, 100 * time.Nanosecond, here, 2, 1},
		"grows twofold from anywhere":     {8, 8, 800 * time.Nanosecond, here, 16, 1},
		"grows to what fits":              {8, 8, 24 * time.Microsecond, here, 10, 1},
		"stays":                           {10, 10, 30 * time.Microsecond, here, 10, 1},
		"shrinks at once":                 {1000, 1000, time.Second, here, 1, 1},
		"shrinks to what fits":            {64, 64, 64 * time.Microsecond, here, 30, 1},
		"shrinks after a part of a chunk": {64, 3, 3 * time.Millisecond, here, 1, 1},
		"a short chunk says nothing":      {64, 8, 800 * time.Nanosecond, here, 64, 1},
		"never more than MaxClaim":        {1024, 1024, 0, here, 1024, 1},
		"the most of the run":             {8, 8, 0, with(func(r *pace.Rules) { r.Max = 12 }), 12, 1},
		"a run that has less":             {64, 1, 0, with(func(r *pace.Rules) { r.Max = 5 }), 5, 1},
		"far away":                        {8, 8, 800 * time.Microsecond, with(func(r *pace.Rules) { r.Target = pace.There }), 10, 1},

		"as cheap as nothing":           {8, 8, 399 * time.Nanosecond, here, 16, 4},
		"no cheaper than that":          {8, 8, 400 * time.Nanosecond, here, 16, 1},
		"no time at all, in a bubble":   {8, 8, 0, here, 16, 1},
		"a clock that goes back":        {8, 8, -time.Second, here, 16, 1},
		"cheap, where nothing is":       {8, 8, time.Nanosecond, with(func(r *pace.Rules) { r.Cheap = 0 }), 16, 1},
		"an hour: no input fits at all": {8, 8, time.Hour, here, 1, 1},
	} {
		p := pace.Pacer{Want: c.want, Lease: 7}
		changed := p.Adapt(c.n, c.took, c.rules)
		require.Equal(t, pace.Pacer{Want: c.next, Lease: c.lease}, p, name)
		require.Equal(t, c.next != c.want, changed, name)
	}
}

func TestFar(t *testing.T) {
	t.Parallel()
	const us, ms = time.Microsecond, time.Millisecond
	rules := pace.Rules{Target: pace.There, Max: pace.MaxClaim}
	for name, c := range map[string]struct {
		want, n    int
		took, work time.Duration
		next       int
	}{
		"eight times the way":            {100, 100, 2 * ms, ms, 80 * 10},
		"at least what is meant":         {8, 8, 800 * us, 800 * us, 10},
		"at most fifty milliseconds":     {64, 64, time.Second + 64*ms, 64 * ms, 50},
		"waiting is no work":             {16, 16, time.Second, 16 * us, 64},
		"grows fourfold":                 {1, 1, ms, us, 4},
		"shrinks at once":                {100, 100, 2 * time.Second, 2*time.Second - ms, 1},
		"no work at all":                 {8, 8, 0, 0, 32},
		"more work than time: a clock":   {8, 8, us, 800 * us, 10},
		"work below nothing: a stranger": {8, 8, us, -time.Hour, 32},
	} {
		p := pace.Pacer{Want: c.want, Lease: 7}
		p.Far(c.n, c.took, c.work, rules)
		want := min(c.next, 4*c.want)
		require.Equal(t, pace.Pacer{Want: want, Lease: 1}, p, name)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	p := pace.Pacer{Want: 3, Lease: 4}
	p.Reset(64)
	require.Equal(t, pace.Pacer{Want: 64, Lease: 1}, p)
}

// TestPaceStaysInBounds also holds for an ever slower or faster function.
func TestPaceStaysInBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := pace.Rules{
			Target: time.Duration(rapid.Int64Range(1, int64(time.Second)).Draw(t, "target")),
			Max:    rapid.IntRange(1, pace.MaxClaim).Draw(t, "max"),
			Cheap:  time.Duration(rapid.Int64Range(0, 100).Draw(t, "cheap")),
		}
		p := pace.Pacer{Want: 1, Lease: 1}
		for range rapid.IntRange(1, 50).Draw(t, "chunks") {
			old := p.Want
			n := rapid.IntRange(1, old).Draw(t, "n")
			took := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "took"))
			changed := p.Adapt(n, took, r)
			require.Equal(t, p.Want != old, changed)
			require.GreaterOrEqual(t, p.Want, 1)
			require.LessOrEqual(t, p.Want, r.Max)
			require.LessOrEqual(t, p.Want, 2*old)
			if n < old {
				require.LessOrEqual(t, p.Want, old, "a short chunk lets nothing grow")
			}
			if p.Want > 1 && took > 0 {
				each := took / time.Duration(n)
				require.LessOrEqual(t, time.Duration(p.Want-1)*each, r.Target, "more than the claim is meant to be")
			}
			require.Contains(t, []int{1, 4}, p.Lease)
			if p.Lease > 1 {
				require.Less(t, took, time.Duration(n)*r.Cheap)
				require.Positive(t, took)
			}
		}
	})
}
