package bench_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/bench"
	"github.com/longshore-go/longshore/bench/work"
)

// TestSameWork runs every implementation over every workload: each input is
// mapped once, within the concurrency given, and each result arrives once, in
// order wherever the group has one.
func TestSameWork(t *testing.T) {
	for _, impl := range bench.Table() {
		for _, w := range work.Workloads() {
			if !impl.Runs(w) {
				continue
			}
			t.Run(string(impl.Group)+"/"+w.Name+"/"+impl.Name, func(t *testing.T) {
				t.Parallel()
				w.N = small(w)
				watched, calls := watch(w)
				job := work.NewJob(watched)
				var streamed []int
				job.Sink = func(v int) { streamed = append(streamed, v) }

				collected, err := impl.Run(t.Context(), job)

				require.NoError(t, err)
				want := make([]int, w.N)
				for i := range want {
					want[i] = w.Fn(i)
				}
				got := collected
				if impl.Group == bench.Ordered || impl.Group == bench.Unordered {
					require.Nil(t, collected, "a stream collects nothing")
					got = streamed
				}
				if impl.AnyOrder || impl.Group == bench.Unordered {
					slices.Sort(got)
					slices.Sort(want)
				}
				require.Equal(t, want, got)
				require.Equal(t, w.N, int(calls.made.Load()))
				if !impl.Unlimited {
					require.LessOrEqual(t, int(calls.peak.Load()), w.Conc)
				}
			})
		}
	}
}

// TestTable checks what the rest relies on: one floor a group, listed first,
// and no two implementations of a name.
func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	floors := map[bench.Group]int{}
	for _, impl := range bench.Table() {
		key := string(impl.Group) + "/" + impl.Name
		require.False(t, seen[key], key)
		seen[key] = true
		require.Contains(t, bench.Groups(), impl.Group)
		if impl.Kind == bench.Floor {
			floors[impl.Group]++
		}
		require.Equal(t, 1, floors[impl.Group], "%s comes before its floor, or has two", key)
	}
}

// small is enough inputs to fill every worker, window and chunk more than once,
// and little enough work to check all of them in a moment.
func small(w work.Workload) int {
	switch w.Name {
	case "noop":
		return 5_003
	case "cpu800ns":
		return 1_001
	case "cpu80us":
		return 51
	case "pareto":
		return 501
	case "crowd":
		return w.N
	default:
		return 3*w.Conc + 1
	}
}

type calls struct{ made, running, peak atomic.Int64 }

// watch counts the calls of w's functions and how many ran at once.
func watch(w work.Workload) (work.Workload, *calls) {
	c := &calls{}
	fn, fnErr := w.Fn, w.FnErr
	w.Fn = func(x int) int {
		defer c.enter()()
		return fn(x)
	}
	w.FnErr = func(ctx context.Context, x int) (int, error) {
		defer c.enter()()
		return fnErr(ctx, x)
	}
	return w, c
}

func (c *calls) enter() func() {
	c.made.Add(1)
	now := c.running.Add(1)
	for {
		old := c.peak.Load()
		if now <= old || c.peak.CompareAndSwap(old, now) {
			break
		}
	}
	return func() { c.running.Add(-1) }
}
