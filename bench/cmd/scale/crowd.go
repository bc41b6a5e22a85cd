//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/site"
	"github.com/longshore-go/longshore/bench/usage"
	"github.com/longshore-go/longshore/mapper"
)

// crowd is what a caller takes for many slots, and how soon they are busy: the same number on a few machines, or on as many.
func crowd(shape site.Shape, look time.Duration) rounds.Scene {
	slots := shape.All() * shape.Slots
	return at(fmt.Sprintf("%d slots on %d machines", slots, shape.All()), shape, []rounds.Row{
		{Name: "a new caller knows them after", Unit: "s", Bar: ""},
		{Name: "a caller without work: of a processor", Unit: "%", Bar: ""},
		{Name: "all slots busy after", Unit: "s", Bar: "≤ 5"},
		{Name: "until then, processor time", Unit: "s", Bar: ""},
		{Name: "memory of the caller, a slot", Unit: "KB", Bar: "≤ 25"},
		{Name: "inputs of 1 s: processor time a chunk", Unit: "µs", Bar: "≤ 20"},
		{Name: "inputs of 1 s: slots in use", Unit: "%", Bar: ""},
		{Name: "containers lost meanwhile", Unit: "", Bar: "0"},
	}, func(ctx context.Context, s *site.Site) ([]float64, error) {
		if _, err := s.Caller(ctx); err != nil { // until they are there
			return nil, err
		}
		before := usage.Memory()
		began := time.Now()
		caller, err := s.Caller(ctx)
		if err != nil {
			return nil, err
		}
		known := time.Since(began).Seconds()
		idle := busyFor(ctx, look) / look.Seconds() / 2 // there are two

		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		began, cpu := time.Now(), usage.CPU()
		run, err := mapper.Start(ctx, nap, naps(math.MaxInt32, time.Second), mapper.Options{Runtime: caller, Unordered: true})
		if err != nil {
			return nil, err
		}
		read := make(chan error, 1)
		go func() {
			var t tally
			for r := range run.All() {
				if err := t.add(r); err != nil && !errors.Is(err, context.Canceled) {
					read <- err
					return
				}
			}
			read <- nil
		}()
		if err := until(ctx, func() bool { return run.Stats().Running >= slots*99/100 }); err != nil {
			return nil, err
		}
		full, fullCPU := time.Since(began).Seconds(), (usage.CPU() - cpu).Seconds()
		each := (usage.Memory() - before) / float64(slots) / 1e3
		done := run.Stats().Succeeded
		used := busyFor(ctx, look)
		stats := run.Stats()
		chunks := float64(stats.Succeeded - done)
		cancel()
		if err := errors.Join(<-read, charged(mapper.Stats{Retries: stats.Retries, Pool: stats.Pool})); err != nil {
			return nil, err
		}
		return []float64{
			known, 100 * idle, full, fullCPU, each, used * 1e6 / chunks, 100 * chunks / look.Seconds() / float64(slots),
			float64(stats.Pool.Lost),
		}, nil
	})
}

// busyFor is the processor time of this process in the time to come, in seconds.
func busyFor(ctx context.Context, d time.Duration) float64 {
	before := usage.CPU()
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	return (usage.CPU() - before).Seconds()
}

// until waits for it.
func until(ctx context.Context, so func() bool) error {
	late := time.After(site.Patience)
	for tick := time.NewTicker(20 * time.Millisecond); !so(); {
		select {
		case <-tick.C:
		case <-late:
			return errors.New("it takes too long")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
