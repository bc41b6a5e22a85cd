package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// strike has the workers hit from outside, and returns what ends that and joins it. Who was
// frozen is thawed in any case.
func (p *play) strike() (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, s := range p.Strikes {
		all.Go(func() {
			if !asleep(ctx, s.At) {
				return
			}
			workers := children()
			if len(workers) == 0 {
				return
			}
			slices.Sort(workers)
			p.tally.add("strike: " + s.Does)
			s.hit(ctx, workers[s.Nth%len(workers)])
		})
	}
	return func() {
		cancel()
		all.Wait()
	}
}

func (s strike) hit(ctx context.Context, pid int) {
	switch s.Does {
	case "kill":
		_ = unix.Kill(pid, unix.SIGKILL)
	case "term":
		_ = unix.Kill(pid, unix.SIGTERM)
	case "freeze":
		_ = unix.Kill(pid, unix.SIGSTOP)
		asleep(ctx, s.Take)
		_ = unix.Kill(pid, unix.SIGCONT)
	}
}

// asleep sleeps, and reports false if the context ends first.
func asleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
