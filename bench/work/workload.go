package work

import (
	"context"
	"runtime"
	"time"
)

// A Workload is one kind of work for one input, with the number of inputs and
// the concurrency that every implementation runs it at.
type Workload struct {
	Name string
	N    int // inputs of one run
	Conc int // goroutines, workers, containers: whatever the implementation calls them

	// Chunk and Window tune the hand-written floors only: the inputs claimed at
	// once, and how many batches of Batch inputs may be out for each worker. A
	// floor may know the workload in advance; a library has to find out. Batches
	// are the fastest that hold about as many inputs as Longshore's default window.
	Chunk, Batch, Window int

	CPU bool // keeps a core busy, so that a serial loop is worth measuring

	// Fn and FnErr do the same work under two signatures. Both are written out,
	// so that neither side of a comparison pays for an adapter.
	Fn    func(int) int
	FnErr func(context.Context, int) (int, error)
}

// Workloads lists them all. It is a function because the concurrency of the
// CPU-bound ones follows GOMAXPROCS, which go test -cpu changes under way.
func Workloads() []Workload {
	cores := runtime.GOMAXPROCS(0)
	return []Workload{
		{
			// The price of the machinery alone.
			Name: "noop", N: 100_000, Conc: cores, Chunk: 256, Batch: 128, Window: 2, CPU: true,
			Fn:    func(x int) int { return x + 1 },
			FnErr: func(_ context.Context, x int) (int, error) { return x + 1, nil },
		}, {
			// Where most peers are slower than a plain loop.
			Name: "cpu800ns", N: 100_000, Conc: cores, Chunk: 64, Batch: 128, Window: 2, CPU: true,
			Fn:    func(x int) int { return spin(x, spin800ns) },
			FnErr: func(_ context.Context, x int) (int, error) { return spin(x, spin800ns), nil },
		}, {
			// About as long as waking a goroutine on another core takes.
			Name: "cpu80us", N: 3_000, Conc: cores, Chunk: 1, Batch: 8, Window: 2, CPU: true,
			Fn:    func(x int) int { return spin(x, spin80us) },
			FnErr: func(_ context.Context, x int) (int, error) { return spin(x, spin80us), nil },
		}, {
			// Waiting, as a network call does.
			Name: "sleep1ms", N: 5_000, Conc: 64, Chunk: 1, Batch: 1, Window: 16,
			Fn:    func(x int) int { return doze(x, time.Millisecond) },
			FnErr: func(_ context.Context, x int) (int, error) { return doze(x, time.Millisecond), nil },
		}, {
			// One input in twenty waits 20 ms: what order costs when work is uneven.
			Name: "skew", N: 5_000, Conc: 64, Chunk: 1, Batch: 1, Window: 16,
			Fn:    func(x int) int { return doze(x, uneven(x)) },
			FnErr: func(_ context.Context, x int) (int, error) { return doze(x, uneven(x)), nil },
		}, {
			// Pareto: half the inputs take less than 2 µs, and one in a thousand as long as a thousand of them.
			Name: "pareto", N: 20_000, Conc: cores, Chunk: 4, Batch: 8, Window: 16, CPU: true,
			Fn:    func(x int) int { return spin(x, pareto(x)) },
			FnErr: func(_ context.Context, x int) (int, error) { return spin(x, pareto(x)), nil },
		}, {
			// Far more containers than inputs: who makes them all pays for them.
			Name: "crowd", N: 100, Conc: 2_000, Chunk: 1, Batch: 1, Window: 1,
			Fn:    func(x int) int { return doze(x, time.Millisecond) },
			FnErr: func(_ context.Context, x int) (int, error) { return doze(x, time.Millisecond), nil },
		},
	}
}

// Scaled is w with its number of inputs multiplied by f, but enough of them to
// keep every worker busy at least twice, if w has as many.
func (w Workload) Scaled(f float64) Workload {
	w.N = max(int(float64(w.N)*f), min(2*w.Conc, w.N))
	return w
}

// Rounds of spin that took 0.82 µs and 80 µs on the machine of the published
// figures; BenchmarkCalibrate prints what they take on yours.
const (
	spin800ns = 310
	spin80us  = 31_000
)

// spin does rounds of a dependent xorshift: arithmetic only, no memory, and
// nothing that the compiler or the processor could overlap.
func spin(x, rounds int) int {
	h := uint64(x)*2 + 1
	for range rounds {
		h ^= h << 13
		h ^= h >> 7
		h ^= h << 17
	}
	return int(h >> 1)
}

func doze(x int, d time.Duration) int {
	time.Sleep(d)
	return x + 1
}

func uneven(x int) time.Duration {
	if x%20 == 7 {
		return 20 * time.Millisecond
	}
	return time.Millisecond
}

// pareto draws rounds of spin with shape 1 from x, the same ones each time: 1 µs at least,
// 10 ms at most.
func pareto(x int) int {
	const least, most = spin800ns * 5 / 4, spin80us * 125
	u := float64(uint64(spin(x, 3))>>10) / (1 << 53) // in [0, 1)
	return int(min(least/(1-u), most))
}
