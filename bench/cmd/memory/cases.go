package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/bench/floor"
	"github.com/longshore-go/longshore/bench/work"
)

// A testCase is one line's worth of work; its text form names it to the child.
type testCase struct {
	Form string // what is run, a key of forms
	Impl string // by whom, a key of implementations
	Size int    // inputs, or containers for sleepers
}

func (c testCase) String() string { return fmt.Sprintf("%s/%s/%d", c.Form, c.Impl, c.Size) }

func parseCase(s string) (testCase, error) {
	part := strings.Split(s, "/")
	if len(part) != 3 {
		return testCase{}, fmt.Errorf("case %q: want form/implementation/size", s)
	}
	size, err := strconv.Atoi(part[2])
	if err != nil {
		return testCase{}, fmt.Errorf("case %q: %w", s, err)
	}
	return testCase{part[0], part[1], size}, nil
}

// An outcome is what a child found out about its case.
type outcome struct {
	NS      float64 `json:"ns"`       // wall time of one input
	PeakKiB int     `json:"peak_kib"` // VmHWM at the end
	Pulled  int     `json:"pulled"`   // inputs taken before the first result came
}

// An implementation runs jobs of functions with a context and an error.
type implementation struct {
	name            string
	collect, stream work.Run
}

var implementations = map[string]implementation{
	"floor":     {"floor", floor.CollectErr, floor.OrderedErr},
	"longshore": {"longshore", longshoreCollect, longshoreStream},
}

var forms = map[string]func(context.Context, implementation, int) (outcome, error){
	"idle":      idle,
	"lazy":      lazy,
	"slow-head": slowHead,
	"collect":   collect,
	"stream":    stream,
	"sleepers":  sleepers,

	"containers": heldContainers,
	"calls":      heldCalls,
	"functions":  heldFunctions,
}

// cases lists all of them, with the numbers of inputs multiplied by factor.
func cases(factor float64) []testCase {
	var all []testCase
	add := func(form string, sizes ...int) {
		for _, size := range sizes {
			for _, impl := range []string{"floor", "longshore"} {
				all = append(all, testCase{form, impl, size})
			}
		}
	}
	inputs := func(n float64) int { return max(int(n*factor), 100) }
	all = append(all, testCase{"idle", "floor", 0})
	add("lazy", inputs(1e7))
	add("slow-head", inputs(1e7))
	for _, form := range []string{"collect", "stream"} {
		add(form, inputs(1e3), inputs(1e4), inputs(1e5), inputs(1e6), inputs(1e7))
	}
	add("sleepers", 1, 10, 100, 1_000, 10_000)
	add("containers", inputs(10_000))
	add("calls", inputs(100_000))
	all = append(all, testCase{"functions", "longshore", inputs(1_000)})
	return all
}

func (c testCase) run(ctx context.Context) (outcome, error) {
	form, ok := forms[c.Form]
	if !ok {
		return outcome{}, fmt.Errorf("no form %q", c.Form)
	}
	impl, ok := implementations[c.Impl]
	if !ok {
		return outcome{}, fmt.Errorf("no implementation %q", c.Impl)
	}
	o, err := form(ctx, impl, c.Size)
	if err != nil {
		return o, err
	}
	o.PeakKiB, err = peakKiB()
	return o, err
}

// idle is what a Go process that does nothing takes up: the zero of all others.
func idle(context.Context, implementation, int) (outcome, error) { return outcome{}, nil }

func lazy(ctx context.Context, impl implementation, n int) (outcome, error) {
	return pulling(ctx, impl, noop(n))
}

// slowHead holds the first input up for a second. Results wait for it in
// order, and the inputs behind it must not pile up meanwhile.
func slowHead(ctx context.Context, impl implementation, n int) (outcome, error) {
	w := noop(n)
	w.FnErr = func(_ context.Context, x int) (int, error) {
		if x == 0 {
			time.Sleep(time.Second)
		}
		return x + 1, nil
	}
	return pulling(ctx, impl, w)
}

// pulling streams w once, and notes how many inputs were taken before the
// first result. After that it only asks a flag, to cost next to nothing.
func pulling(ctx context.Context, impl implementation, w work.Workload) (outcome, error) {
	var pulled atomic.Int64
	var seen atomic.Bool
	var got int
	job := work.Job{
		Workload: w,
		Seq: func(yield func(int) bool) {
			for i := range w.N {
				if !seen.Load() {
					pulled.Store(int64(i + 1))
				}
				if !yield(i) {
					return
				}
			}
		},
		Sink: func(int) {
			if got++; got == 1 {
				seen.Store(true)
			}
		},
	}
	start := time.Now()
	if _, err := impl.stream(ctx, job); err != nil {
		return outcome{}, err
	}
	took := time.Since(start)
	if got != w.N {
		return outcome{}, fmt.Errorf("%d results of %d inputs", got, w.N)
	}
	return outcome{NS: float64(took) / float64(w.N), Pulled: int(pulled.Load())}, nil
}

func collect(ctx context.Context, impl implementation, n int) (outcome, error) {
	return timed(ctx, impl.collect, work.NewJob(noop(n)))
}

func stream(ctx context.Context, impl implementation, n int) (outcome, error) {
	w := noop(n)
	return timed(ctx, impl.stream, work.Job{Workload: w, Seq: work.Ints(n), Sink: func(int) {}})
}

// sleepers has each container sleep 1 ms some fifty times over.
func sleepers(ctx context.Context, impl implementation, containers int) (outcome, error) {
	return timed(ctx, impl.collect, work.NewJob(napping(containers)))
}

// napping is 1 ms of sleep with as many containers, and inputs enough for all.
func napping(containers int) work.Workload {
	return work.Workload{
		N: min(max(50*containers, 200), 200_000), Conc: containers, Chunk: 1, Batch: 1, Window: 16,
		FnErr: func(_ context.Context, x int) (int, error) {
			time.Sleep(time.Millisecond)
			return x + 1, nil
		},
	}
}

func noop(n int) work.Workload {
	w := work.Workloads()[0]
	w.N = n
	return w
}

// timed repeats short runs for at least a tenth of a second, after one run
// that warms up where runs are short.
func timed(ctx context.Context, run work.Run, job work.Job) (outcome, error) {
	const least = 100 * time.Millisecond
	once := func() (time.Duration, error) {
		start := time.Now()
		_, err := run(ctx, job)
		return time.Since(start), err
	}
	if took, err := once(); err != nil || took >= least {
		return outcome{NS: float64(took) / float64(job.N)}, err
	}
	var total time.Duration
	runs := 0
	for total < least {
		took, err := once()
		if err != nil {
			return outcome{}, err
		}
		total += took
		runs++
	}
	return outcome{NS: float64(total) / float64(runs*job.N)}, nil
}
