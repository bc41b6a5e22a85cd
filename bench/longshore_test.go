package bench_test

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/bench"
	"github.com/longshore-go/longshore/bench/work"
)

// TestNothingAllocatedPerInput guards Longshore's promise that a run which
// succeeds allocates nothing for each input, in any form: N more inputs must
// not mean more objects. It counts and never looks at a clock, so it holds on
// a busy machine too. No t.Parallel: the counter is the whole process's.
//
// What a run allocates once depends on how its goroutines happen to meet: up
// to an object for each input of the window, a thousand. N is large enough to
// make that less than the limit, and chance gets a few tries; an object for
// one input in a hundred already fails all of them.
func TestNothingAllocatedPerInput(t *testing.T) {
	const (
		n     = 1_000_000
		limit = 0.001
		tries = 5
	)
	for _, impl := range bench.Table() {
		if impl.Kind != bench.Longshore {
			continue
		}
		t.Run(string(impl.Group)+"/"+impl.Name, func(t *testing.T) {
			once, twice := runner(t, impl, n), runner(t, impl, 2*n)
			once() // warm-up
			perInput := math.Inf(1)
			for try := 0; try < tries && perInput >= limit; try++ {
				perInput = float64(mallocs(twice)-mallocs(once)) / n
			}
			require.Less(t, perInput, limit, "objects for each input")
		})
	}
}

func runner(t *testing.T, impl bench.Implementation, n int) func() {
	w := work.Workloads()[0] // no-op
	w.N = n
	job := work.NewJob(w)
	return func() {
		_, err := impl.Run(t.Context(), job)
		require.NoError(t, err)
	}
}

// mallocs is the number of objects allocated while run runs, with the
// collector off: a cycle would empty caches that then fill again.
func mallocs(run func()) int64 {
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return int64(after.Mallocs - before.Mallocs)
}

// TestSpecials runs both sides of every special once, small: each checks its
// own results, and its figure is a number.
func TestSpecials(t *testing.T) {
	for _, s := range bench.Specials() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			n := s.N / 20
			base, with := took(t, s.Base, n), took(t, s.Case, n)
			v := s.Value(base, with, n)
			require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%v", v)
		})
	}
}

// BenchmarkSpecials measures each special by itself, one run of each side an
// operation, as Specials/name.
func BenchmarkSpecials(b *testing.B) {
	for _, s := range bench.Specials() {
		b.Run(s.Name, func(b *testing.B) {
			n := s.N
			if smoke() {
				n /= 20
			}
			var base, with time.Duration
			for b.Loop() {
				base += took(b, s.Base, n)
				with += took(b, s.Case, n)
			}
			runs := time.Duration(b.N)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(s.Value(base/runs, with/runs, n), s.Unit)
		})
	}
}

func took(t testing.TB, run func(context.Context, int) error, n int) time.Duration {
	runtime.GC()
	start := time.Now()
	require.NoError(t, run(t.Context(), n))
	return time.Since(start)
}
