package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// A testCase measures one thing n times and returns what it takes once.
type testCase struct {
	name string
	n    int
	bar  time.Duration
	run  func(ctx context.Context, n int) (time.Duration, error)
}

var cases = []testCase{
	{"one container, 16 bytes, chunks of 1: an input", 5_000, 25 * time.Microsecond, chunks(1)},
	{"one container, 16 bytes, chunks of 16: an input", 50_000, 3 * time.Microsecond, chunks(16)},
	{"one container, 16 bytes, chunks of 128: an input", 200_000, time.Microsecond, chunks(128)},
	{"Collect, 16 bytes, 2 containers: an input", 400_000, time.Microsecond, collect(echo, bytesOf)},
	{"Collect, a struct of 100 bytes, 2 containers: an input", 50_000, 8 * time.Microsecond, collect(page, func(i int) record {
		r := sample
		r.ID = i
		return r
	})},
	{"Call on an idle container, 16 bytes: p50", 5_000, 15 * time.Microsecond, calls(0.5)},
	{"Call on an idle container, 16 bytes: p99", 5_000, 60 * time.Microsecond, calls(0.99)},
	{"1 MB in and out", 50, 1500 * time.Microsecond, large},
	{"start to ready", 20, 3 * time.Millisecond, starts},
	{"crash to next ready", 20, 10 * time.Millisecond, crashes},
}

// What the workers execute.
var (
	_ = process.Register(echo)
	_ = process.Register(page)
	_ = process.Register(quit)
)

func echo(_ context.Context, b []byte) ([]byte, error) { return b, nil }

type record struct {
	ID    int
	URL   string
	Title string
	Words []string
}

var sample = record{ID: 7, URL: "https://example.org/a/page", Title: "A page like any other", Words: []string{"some", "words", "of", "it"}}

func page(_ context.Context, r record) (record, error) { return r, nil }

func quit(_ context.Context, n int) (int, error) {
	if n < 0 {
		os.Exit(1)
	}
	return n, nil
}

// chunks sends chunks of a size to one container, as the mapper does.
func chunks(size int) func(context.Context, int) (time.Duration, error) {
	return func(ctx context.Context, n int) (time.Duration, error) {
		inst, err := open(ctx, echo)
		if err != nil {
			return 0, err
		}
		defer inst.Close(ctx)
		inputs := make([]any, size)
		for i := range inputs {
			inputs[i] = make([]byte, 16)
		}
		done := 0
		count := func(_ int, _ any, err error) {
			if err == nil {
				done++
			}
		}
		began := time.Now()
		for range n / size {
			if err := inst.Run(ctx, supervisor.Chunk{Attempt: 1, Inputs: inputs}, count); err != nil {
				return 0, err
			}
		}
		took := time.Since(began)
		if want := n / size * size; done != want {
			return 0, fmt.Errorf("%d of %d inputs", done, want)
		}
		return took / time.Duration(done), nil
	}
}

func open(ctx context.Context, fn any) (supervisor.Instance, error) {
	return process.New(process.Options{}).Open(ctx, supervisor.Launch{Function: fn})
}

// bytesOf is an input unlike the others, as the ones that peers.py sends.
func bytesOf(i int) []byte { return binary.BigEndian.AppendUint64(make([]byte, 8, 16), uint64(i)) }

func collect[T any](fn func(context.Context, T) (T, error), of func(i int) T) func(context.Context, int) (time.Duration, error) {
	return func(ctx context.Context, n int) (time.Duration, error) {
		inputs := make([]T, n)
		for i := range inputs {
			inputs[i] = of(i)
		}
		began := time.Now()
		_, err := mapper.Collect(ctx, fn, inputs, mapper.Options{Containers: 2, Runtime: process.New(process.Options{})})
		return time.Since(began) / time.Duration(n), err
	}
}

// calls measures round trips to a function whose container is idle.
func calls(quantile float64) func(context.Context, int) (time.Duration, error) {
	return func(ctx context.Context, n int) (time.Duration, error) {
		f, err := mapper.Deploy(ctx, mapper.Plain(echo), mapper.Options{Containers: 1, Runtime: process.New(process.Options{})})
		if err != nil {
			return 0, err
		}
		defer f.Stop(ctx)
		in := make([]byte, 16)
		took := make([]time.Duration, 0, n)
		for i := range n + n/10 {
			began := time.Now()
			if _, err := f.Call(ctx, in); err != nil {
				return 0, err
			}
			if i >= n/10 { // the first ones wait for the worker
				took = append(took, time.Since(began))
			}
		}
		slices.Sort(took)
		return took[int(quantile*float64(len(took)))], nil
	}
}

func large(ctx context.Context, n int) (time.Duration, error) {
	inst, err := open(ctx, echo)
	if err != nil {
		return 0, err
	}
	defer inst.Close(ctx)
	inputs := []any{make([]byte, 1<<20)}
	began := time.Now()
	for range n {
		if err := inst.Run(ctx, supervisor.Chunk{Attempt: 1, Inputs: inputs}, func(int, any, error) {}); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / time.Duration(n), nil
}

func starts(ctx context.Context, n int) (total time.Duration, err error) {
	for range n {
		began := time.Now()
		inst, err := open(ctx, echo)
		if err != nil {
			return 0, err
		}
		total += time.Since(began)
		inst.Close(ctx)
	}
	return total / time.Duration(n), nil
}

// crashes measures how much longer a run takes for each input that ends its worker: until
// that is seen, and the next worker has answered.
func crashes(ctx context.Context, n int) (time.Duration, error) {
	inputs := make([]int, 2*n)
	for i := range inputs {
		inputs[i] = 1 - i%2*2
	}
	opts := mapper.Options{Containers: 1, CrashLimit: 1, ReturnExceptions: true, Runtime: process.New(process.Options{})}
	began := time.Now()
	ended := 0
	for r := range mapper.Map(ctx, quit, inputs, opts) {
		if r.Err != nil {
			ended++
		}
	}
	if ended != n {
		return 0, fmt.Errorf("%d of %d workers ended", ended, n)
	}
	return time.Since(began) / time.Duration(n), nil
}
