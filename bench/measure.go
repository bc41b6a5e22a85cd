package bench

import (
	"runtime"
	"time"
)

// A Sample is what one measurement gave, for each input.
type Sample struct {
	NS     float64 `json:"ns"`     // wall time
	Bytes  float64 `json:"bytes"`  // heap bytes allocated
	Allocs float64 `json:"allocs"` // heap objects allocated
}

// Measure collects garbage, then runs run repeats times over n inputs each,
// and says what one input took. Garbage made by the run itself is collected
// within the time taken, as it would be in a program.
func Measure(run func() error, n, repeats int) (Sample, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range repeats {
		if err := run(); err != nil {
			return Sample{}, err
		}
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	per := 1 / float64(n*repeats)
	return Sample{
		NS:     float64(took) * per,
		Bytes:  float64(after.TotalAlloc-before.TotalAlloc) * per,
		Allocs: float64(after.Mallocs-before.Mallocs) * per,
	}, nil
}

// Repeats warms run up and says how often it has to run to take about target.
// Every implementation of a row maps the same inputs; only how often it does
// so differs, so that a fast one is not measured by a single short run.
func Repeats(run func() error, target time.Duration) (int, error) {
	start := time.Now()
	if err := run(); err != nil {
		return 0, err
	}
	took := max(time.Since(start), 1)
	return int(min(max(target/took, 1), 1000)), nil
}
