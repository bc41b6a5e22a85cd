//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/site"
	"github.com/longshore-go/longshore/bench/usage"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// crowd is how soon so many slots are busy, and what each takes here.
func crowd(slots int) testCase {
	return testCase{
		fmt.Sprintf("%d slots", slots), (slots + workers - 1) / workers,
		[]rounds.Row{{Name: "all busy after", Unit: "s", Bar: "≤ 3"}, {Name: "memory of the caller, a slot", Unit: "KB", Bar: "≤ 25"}},
		func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
			slots := scaled(slots, scale)
			before := usage.Memory()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			began := time.Now()
			run, err := mapper.Start(ctx, nap, slices.Values(slices.Repeat([]time.Duration{time.Hour}, slots)), opts(s.caller, slots))
			if err != nil {
				return nil, err
			}
			for run.Stats().Running < slots {
				if err := pause(ctx, began); err != nil {
					return nil, err
				}
			}
			took := time.Since(began).Seconds()
			each := (usage.Memory() - before) / float64(slots) / 1e3
			cancel()
			if err := run.Wait(); !errors.Is(err, context.Canceled) {
				return nil, err
			}
			return []float64{took, each}, nil
		},
	}
}

func pause(ctx context.Context, began time.Time) error {
	if time.Since(began) > site.Patience {
		return errors.New("it takes too long")
	}
	select {
	case <-time.After(10 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// given is what a run over the fleet goes through.
func given(name, figure, bar string, trouble func(ctx context.Context, s *fleet, n int) (float64, error)) testCase {
	return testCase{name, 4, []rounds.Row{{Name: figure, Unit: "s", Bar: bar}}, func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
		seconds, err := trouble(ctx, s, scaled(6000, scale))
		return []float64{seconds}, err
	}}
}

func kill(ctx context.Context, s *fleet, n int) (float64, error) { return again(ctx, s, n, os.Kill) }

func stopped(ctx context.Context, s *fleet, n int) (float64, error) {
	return again(ctx, s, n, syscall.SIGSTOP)
}

// again is how long after a signal to a worker what was out there is given to others.
func again(ctx context.Context, s *fleet, n int, sig os.Signal) (float64, error) {
	var at atomic.Pointer[time.Time]
	o := opts(s.caller, workers*4)
	o.Observer = supervisor.ObserverFunc(func(e supervisor.Event) {
		if e.Kind == supervisor.MachineLost {
			now := time.Now()
			at.CompareAndSwap(nil, &now)
		}
	})
	sent := time.Time{}
	_, err := results(ctx, n, o, func() error {
		sent = time.Now()
		return s.Workers[0].Process.Signal(sig)
	})
	if err != nil {
		return 0, err
	}
	if at.Load() == nil {
		return 0, errors.New("no machine was lost")
	}
	return at.Load().Sub(sent).Seconds(), nil
}

// outage is the server killed, and there again after half a second.
func outage(ctx context.Context, s *fleet, n int) (float64, error) {
	back := make(chan error, 1)
	longest, err := results(ctx, n, opts(s.caller, workers*4), func() error {
		site.Kill(s.Servers[0])
		time.AfterFunc(500*time.Millisecond, func() {
			_, err := s.Serve(0)
			back <- err
		})
		return nil
	})
	if err != nil {
		return 0, err
	}
	return longest.Seconds(), <-back
}

func drains(ctx context.Context, s *fleet, n int) (float64, error) {
	longest, err := results(ctx, n, opts(s.caller, workers*4), func() error { return s.Workers[0].Process.Signal(syscall.SIGTERM) })
	return longest.Seconds(), err
}

// results runs inputs of 10 ms, interferes after a third of them, and returns the longest pause between two results from then on.
func results(ctx context.Context, n int, o mapper.Options, interfere func() error) (longest time.Duration, err error) {
	o.Unordered = true
	run, err := mapper.Start(ctx, nap, slices.Values(slices.Repeat([]time.Duration{10 * time.Millisecond}, n)), o)
	if err != nil {
		return 0, err
	}
	got, last := 0, time.Time{}
	for r := range run.All() {
		if r.Err != nil {
			return 0, r.Err
		}
		if !last.IsZero() {
			longest = max(longest, time.Since(last))
			last = time.Now()
		}
		if got++; got == n/3 {
			if err := interfere(); err != nil {
				return 0, err
			}
			last = time.Now()
		}
	}
	return longest, run.Wait()
}
