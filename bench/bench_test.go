package bench_test

import (
	"flag"
	"runtime"
	"testing"

	"github.com/longshore-go/longshore/bench"
	"github.com/longshore-go/longshore/bench/work"
)

// BenchmarkRows measures every implementation by itself, as
// Rows/group/workload/implementation. One operation is one run over all inputs.
func BenchmarkRows(b *testing.B) {
	for _, g := range bench.Groups() {
		for _, w := range work.Workloads() {
			if smoke() {
				w = w.Scaled(0.05)
			}
			for _, impl := range bench.Table() {
				if impl.Group != g || !impl.Runs(w) {
					continue
				}
				b.Run(string(g)+"/"+w.Name+"/"+impl.Name, func(b *testing.B) {
					job := work.NewJob(w)
					perItem(b, w.N, func() error {
						_, err := impl.Run(b.Context(), job)
						return err
					})
				})
			}
		}
	}
}

// perItem runs run over n inputs for each operation, and reports the cost of
// one input in place of that of one operation.
func perItem(b *testing.B, n int, run func() error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		if err := run(); err != nil {
			b.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	items := float64(n) * float64(b.N)
	b.ReportMetric(0, "ns/op") // hides it
	b.ReportMetric(float64(b.Elapsed())/items, "ns/item")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/items, "B/item")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/items, "allocs/item")
}

// smoke is true where the benchmarks only have to run, as in CI: with -short,
// or when each is run once. The inputs are few then and the figures worthless.
func smoke() bool {
	return testing.Short() || flag.Lookup("test.benchtime").Value.String() == "1x"
}
