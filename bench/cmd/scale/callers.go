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
	"github.com/longshore-go/longshore/mapper"
)

// callers is ten of them that want all there is, one after the other.
func callers(machines int, look time.Duration) rounds.Scene {
	const n = 10
	shape := site.Shape{Servers: 1, Processes: 10, Machines: machines, Slots: 1}
	return at(fmt.Sprintf("%d callers, %d machines", n, shape.All()), shape, []rounds.Row{
		{Name: "the last has its share after", Unit: "s", Bar: ""},
		{Name: "from then on, farthest from its share", Unit: "%", Bar: "≤ 10"},
		{Name: "inputs, farthest from an equal part", Unit: "%", Bar: "≤ 10"},
	}, func(ctx context.Context, s *site.Site) ([]float64, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var runs []*mapper.Run[job, int]
		ended := make(chan error, n)
		began := time.Now()
		for range n {
			caller, err := s.Caller(ctx)
			if err != nil {
				return nil, err
			}
			run, err := mapper.Start(ctx, nap, naps(math.MaxInt32, time.Second), mapper.Options{Runtime: caller, Unordered: true})
			if err != nil {
				return nil, err
			}
			runs = append(runs, run)
			go func() {
				for range run.All() {
					continue
				}
				ended <- run.Wait()
			}()
			began = time.Now()
		}
		share := float64(s.All()) / n
		err := until(ctx, func() bool { return farthest(runs, share, live) <= 0.1 })
		if err != nil {
			return nil, err
		}
		after := time.Since(began).Seconds()
		worst, before := 0.0, counts(runs)
		for range 100 {
			if busyFor(ctx, look/100); ctx.Err() != nil {
				return nil, ctx.Err()
			}
			worst = max(worst, farthest(runs, share, live))
		}
		all := 0.0
		done := counts(runs)
		for i := range done {
			done[i] -= before[i]
			all += done[i]
		}
		off := 0.0
		for _, one := range done {
			off = max(off, math.Abs(one/(all/n)-1))
		}
		cancel()
		for range n {
			if end := <-ended; !errors.Is(end, context.Canceled) {
				err = errors.Join(err, end)
			}
		}
		return []float64{after, 100 * worst, 100 * off}, err
	})
}

func live(s mapper.Stats) float64 { return float64(s.Pool.Live) }

// farthest is how far one of them is from its share at the moment, as a part of that.
func farthest(runs []*mapper.Run[job, int], share float64, of func(mapper.Stats) float64) (most float64) {
	for _, r := range runs {
		most = max(most, math.Abs(of(r.Stats())/share-1))
	}
	return most
}

func counts(runs []*mapper.Run[job, int]) (all []float64) {
	for _, r := range runs {
		all = append(all, float64(r.Stats().Succeeded))
	}
	return all
}
