//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/usage"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

type function = func(context.Context, string) (string, error)

func echo(_ context.Context, in string) (string, error) { return in, nil }

func busy(_ context.Context, in string) (string, error) {
	for began := time.Now(); time.Since(began) < 50*time.Microsecond; {
	}
	return in, nil
}

func asleep(_ context.Context, in string) (string, error) {
	time.Sleep(time.Millisecond)
	return in, nil
}

// texts are inputs of 16 bytes.
func texts(n int) []string {
	inputs := make([]string, n)
	for i := range inputs {
		inputs[i] = fmt.Sprintf("input%011d", i)
	}
	return inputs
}

// collected is what a run took.
type collected struct {
	wall, cpu time.Duration
	mallocs   uint64
}

// collect runs a function over inputs, with a journal in a file or without any.
func collect(ctx context.Context, path string, o journal.Options, fn function, inputs []string, containers int) (c collected, err error) {
	opts := mapper.Options{Containers: containers}
	var j *journal.File
	if path != "" {
		if j, err = journal.Open(path, o); err != nil {
			return c, err
		}
		opts.Journal = j
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, cpu := time.Now(), usage.CPU()
	_, err = mapper.Collect(ctx, fn, inputs, opts)
	c.wall, c.cpu = time.Since(began), usage.CPU()-cpu
	runtime.ReadMemStats(&after)
	c.mallocs = after.Mallocs - before.Mallocs
	if j != nil && err == nil {
		err = j.Close()
	}
	return c, err
}

// noop is a run over inputs that cost nothing.
func noop(scale float64) rounds.Scene {
	n := scaled(1_000_000, scale)
	inputs := texts(n)
	each := func(v float64) float64 { return v / float64(n) }
	return inFolder("no-ops, 16 B", []rounds.Row{
		{Name: "without a journal, an input", Unit: "ns", Bar: ""},
		{Name: "without a journal, allocations an input", Unit: "", Bar: "0"},
		{Name: "processor time an input", Unit: "µs", Bar: "≤ 3"},
		{Name: "inputs a second", Unit: "k", Bar: "≥ 400"},
		{Name: "the file, a result", Unit: "B", Bar: "≤ 80"},
	}, func(ctx context.Context, folder string) ([]float64, error) {
		path := filepath.Join(folder, "j")
		without, err := collect(ctx, "", journal.Options{}, echo, inputs, 0)
		if err != nil {
			return nil, err
		}
		with, err := collect(ctx, path, journal.Options{}, echo, inputs, 0)
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		return []float64{
			each(float64(without.wall)), each(float64(without.mallocs)), each(float64(with.cpu)) / 1e3,
			float64(n) / with.wall.Seconds() / 1e3, each(float64(info.Size())),
		}, nil
	})
}

// work is what a journal adds to inputs that cost something.
func work(name string, fn function, containers, n int, bar string) rounds.Scene {
	inputs := texts(n)
	return inFolder(name, []rounds.Row{{Name: "more wall time", Unit: "%", Bar: bar}}, func(ctx context.Context, folder string) ([]float64, error) {
		without, err := collect(ctx, "", journal.Options{}, fn, inputs, containers)
		if err != nil {
			return nil, err
		}
		with, err := collect(ctx, filepath.Join(folder, "j"), journal.Options{}, fn, inputs, containers)
		return []float64{100 * (float64(with.wall)/float64(without.wall) - 1)}, err
	})
}

// resume is a run all of whose inputs are recorded. Memory is what it takes at its peak more than a run that executes them, less
// what the values are made of: those of the other are their inputs.
func resume(n int) rounds.Scene {
	inputs := texts(n)
	return inFolder(fmt.Sprintf("resume of %d", n), []rounds.Row{
		{Name: "a row, without values", Unit: "µs", Bar: "≤ 0.6"},
		{Name: "all, without values", Unit: "s", Bar: "≤ 6 for 10⁷"},
		{Name: "all, with values", Unit: "s", Bar: ""},
		{Name: "memory beyond the values", Unit: "MB", Bar: "≤ 64"},
	}, func(ctx context.Context, folder string) ([]float64, error) {
		path := filepath.Join(folder, "j")
		if _, err := collect(ctx, path, journal.Options{NoSync: true}, echo, inputs, 0); err != nil {
			return nil, err
		}
		fresh, err := collect(ctx, path, journal.Options{FreshOnly: true}, echo, inputs, 0)
		if err != nil {
			return nil, err
		}
		all, err := collect(ctx, path, journal.Options{}, echo, inputs, 0)
		if err != nil {
			return nil, err
		}
		grown := func(path string) (float64, error) {
			return grows(func() error {
				_, err := collect(ctx, path, journal.Options{}, echo, inputs, 0)
				return err
			})
		}
		without, err := grown("")
		if err != nil {
			return nil, err
		}
		with, err := grown(path)
		values := float64(n) * float64(len(inputs[0]))
		return []float64{
			fresh.wall.Seconds() * 1e6 / float64(n), fresh.wall.Seconds(), all.wall.Seconds(), (with - without - values) / (1 << 20),
		}, err
	})
}

// lag is how long a result waits for its record.
func lag(n int) rounds.Scene {
	inputs := texts(n)
	return inFolder(
		"1 ms x 64",
		[]rounds.Row{{Name: "from the end of an attempt to its result, p50", Unit: "ms", Bar: ""}, {Name: "p99", Unit: "ms", Bar: "≤ 60"}},
		func(ctx context.Context, folder string) ([]float64, error) {
			j, err := journal.Open(filepath.Join(folder, "j"), journal.Options{})
			if err != nil {
				return nil, err
			}
			defer j.Close()
			var ends sync.Map
			fn := func(ctx context.Context, in string) (string, error) {
				out, err := asleep(ctx, in)
				ends.Store(in, time.Now())
				return out, err
			}
			var lags []time.Duration
			for r := range mapper.Map(ctx, fn, inputs, mapper.Options{Journal: j, Containers: 64, Unordered: true}) {
				end, _ := ends.Load(r.Input)
				if r.Err != nil {
					return nil, r.Err
				}
				lags = append(lags, time.Since(end.(time.Time)))
			}
			slices.Sort(lags)
			at := func(part float64) float64 { return lags[int(part*float64(len(lags)))].Seconds() * 1e3 }
			return []float64{at(0.5), at(0.99)}, nil
		},
	)
}
