//go:build unix

package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/site"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// What the workers execute.
var (
	_ = process.Register(echo)
	_ = process.Register(echoAll)
	_ = process.Register(nap)
)

func echo(_ context.Context, b []byte) ([]byte, error) { return b, nil }

func echoAll(_ context.Context, all [][]byte) ([][]byte, error) { return all, nil }

// nap sleeps for so long.
func nap(ctx context.Context, d time.Duration) (int, error) {
	select {
	case <-time.After(d):
		return 0, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

var cases = []testCase{
	noop(12), noop(192),
	naps(time.Millisecond, 40_000, "≥ 0.65"), naps(10*time.Millisecond, 10_000, "≥ 0.85"),
	calls, crowd(10_000),
	given("a worker killed by kill -9", "until others have its inputs", "≤ 1.5", kill),
	given("a worker stopped by SIGSTOP", "until others have its inputs", "≤ 3.3", stopped),
	given("a worker that drains", "longest pause between two results", "≤ 0.1", drains),
	given("the server killed for 0.5 s", "longest pause between two results", "≤ 0.8", outage),
	journals, lives,
}

func opts(r supervisor.Runtime, containers int) mapper.Options {
	return mapper.Options{Containers: containers, Runtime: r}
}

// timed is what collecting takes.
func timed[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), inputs []In, o mapper.Options) (time.Duration, error) {
	began := time.Now()
	_, err := mapper.Collect(ctx, fn, inputs, o)
	return time.Since(began), err
}

func scaled(n int, scale float64) int { return max(int(float64(n)*scale), workers) }

// numbered is inputs of so many bytes, no two of which are the same.
func numbered(n, size int) [][]byte {
	inputs := make([][]byte, n)
	for i := range inputs {
		inputs[i] = make([]byte, size)
		binary.BigEndian.PutUint64(inputs[i], uint64(i))
	}
	return inputs
}

// noop is inputs of 16 bytes that cost nothing, by this many slots, and by two local processes: as many as there are processors.
func noop(slots int) testCase {
	return testCase{
		fmt.Sprintf("no-op, 16 B, %d slots", slots), slots / workers,
		[]rounds.Row{
			{Name: "inputs a second", Unit: "M", Bar: "≥ 1.2"}, {Name: "local processes, inputs a second", Unit: "M", Bar: ""}, {Name: "fleet by local processes", Unit: "×", Bar: "≥ 1"},
		},
		func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
			inputs := numbered(scaled(1_000_000, scale), 16)
			fleet, err := timed(ctx, echo, inputs, opts(s.caller, slots))
			if err != nil {
				return nil, err
			}
			local, err := timed(ctx, echo, inputs, opts(process.New(process.Options{}), 2))
			rate := func(d time.Duration) float64 { return float64(len(inputs)) / d.Seconds() / 1e6 }
			return []float64{rate(fleet), rate(local), rate(fleet) / rate(local)}, err
		},
	}
}

// naps is inputs that sleep, by 192 slots, and by as many goroutines.
func naps(d time.Duration, n int, bar string) testCase {
	const slots = 192
	return testCase{
		fmt.Sprintf("%v of sleep, %d slots", d, slots), slots / workers,
		[]rounds.Row{{Name: "speed, by that of goroutines", Unit: "×", Bar: bar}},
		func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
			inputs := slices.Repeat([]time.Duration{d}, scaled(n, scale))
			fleet, err := timed(ctx, nap, inputs, opts(s.caller, slots))
			if err != nil {
				return nil, err
			}
			local, err := timed(ctx, nap, inputs, opts(nil, slots))
			return []float64{local.Seconds() / fleet.Seconds()}, err
		},
	}
}

// calls is round trips to a function whose container is idle, and requests of NATS to the same processes.
var calls = testCase{
	"Call, 16 B", 4,
	[]rounds.Row{
		{Name: "p50", Unit: "µs", Bar: "≤ 200"},
		{Name: "p99", Unit: "µs", Bar: "≤ 600"},
		{Name: "a request of NATS, p50", Unit: "µs"},
		{Name: "Call by request, p50", Unit: "×"},
	},
	func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
		f, err := mapper.Deploy(ctx, mapper.Plain(echo), opts(s.caller, 1))
		if err != nil {
			return nil, err
		}
		defer f.Stop(ctx)
		nc, err := nats.Connect(s.URL)
		if err != nil {
			return nil, err
		}
		defer nc.Close()
		n := scaled(5000, scale)
		took, err := called(n, func() error { _, err := f.Call(ctx, make([]byte, 16)); return err })
		if err != nil {
			return nil, err
		}
		floor, err := called(n, func() error { _, err := nc.RequestWithContext(ctx, site.Echo, make([]byte, 16)); return err })
		p50 := quantile(took, 0.5)
		return []float64{p50, quantile(took, 0.99), quantile(floor, 0.5), p50 / quantile(floor, 0.5)}, err
	},
}

// called is what so many calls take, one after the other, in µs, the shortest first.
func called(n int, call func() error) (took []float64, err error) {
	for i := range n + n/10 {
		began := time.Now()
		if err := call(); err != nil {
			return nil, err
		}
		if i >= n/10 { // the first ones wait for the lease
			took = append(took, float64(time.Since(began).Nanoseconds())/1e3)
		}
	}
	slices.Sort(took)
	return took, nil
}

// quantile is of what is sorted, and 0 of nothing.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(float64(len(sorted))*q)]
}
