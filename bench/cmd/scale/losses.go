//go:build unix

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/site"
	"github.com/longshore-go/longshore/mapper"
)

// losses is a run in which a hundredth of the machines is killed every five seconds, twelve times as often as in the design,
// and started again.
func losses(machines int) rounds.Scene {
	const every, kills = 5 * time.Second, 6
	shape := site.Shape{Servers: 1, Processes: 100, Machines: machines, Slots: 1}
	return at(fmt.Sprintf("%d machines, 1 %% killed every %v", shape.All(), every), shape, []rounds.Row{
		{Name: "inputs with other than one result, and charges", Unit: "", Bar: "0"},
		{Name: "containers lost", Unit: "", Bar: "> 0"},
		{Name: "time on top of that without losses", Unit: "%", Bar: ""},
	}, func(ctx context.Context, s *site.Site) ([]float64, error) {
		caller, err := s.Caller(ctx)
		if err != nil {
			return nil, err
		}
		seconds := (kills + 1) * every.Seconds()
		n := s.All() * int(seconds)
		began := time.Now()
		run, err := mapper.Start(ctx, nap, naps(n, time.Second), mapper.Options{Runtime: caller, CrashLimit: 1})
		if err != nil {
			return nil, err
		}
		killed := make(chan error, 1)
		go func() { killed <- killing(ctx, s, every, kills) }()
		var t tally
		for r := range run.All() {
			if err := t.add(r); err != nil {
				return nil, err
			}
		}
		took := time.Since(began).Seconds()
		stats := run.Stats()
		wrong := float64(n - t.n + stats.Retries + stats.Pool.Crashes)
		return []float64{wrong, float64(stats.Pool.Lost), 100 * (took/seconds - 1)}, <-killed
	})
}

// killing kills one process after the other, and starts it again.
func killing(ctx context.Context, s *site.Site, every time.Duration, kills int) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := range kills {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		site.Kill(s.Workers[i])
		if err := s.Employ(i); err != nil {
			return err
		}
	}
	return nil
}
