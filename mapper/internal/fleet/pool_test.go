package fleet_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/park"
	"github.com/longshore-go/longshore/supervisor"
)

// worker is one that has nothing in hand that could be taken away from it.
type worker struct {
	c      *fleet.Container
	slot   int
	wakeup park.Wakeup
	serve  func(*worker)
}

func (w *worker) Serve() *supervisor.CrashError {
	w.serve(w)
	return nil
}
func (w *worker) Shed()           { w.c.Rouse(w.slot, w.wakeup) }
func (w *worker) Interrupt(error) {}
func (w *worker) Reclaim() bool   { return false }
func (w *worker) Unask() bool     { return false }

func (w *worker) Crashed(*supervisor.CrashError) supervisor.Evidence { return supervisor.Evidence{} }
func (w *worker) Overdue(now time.Duration) time.Duration            { return now + time.Hour }

// start starts a pool of one container with so many workers, and ends it with the test. There is
// work while work says so.
func start(t *testing.T, cfg fleet.Config, work func() bool, serve func(*worker)) (*fleet.Pool, *fleet.Container) {
	t.Helper()
	cfg.Grace = time.Second
	if cfg.TargetInputs == 0 {
		cfg.TargetInputs = cfg.MaxInputs
	}
	p := fleet.New(cfg, fleet.Body{})
	p.Hooks = fleet.Hooks{
		NewWorker: func(c *fleet.Container, slot int) fleet.Worker {
			return &worker{c: c, slot: slot, wakeup: park.NewWakeup(), serve: serve}
		},
		Work:   work,
		Needed: func(int) int { return 0 },
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	p.Start(ctx, cancel, 1, 1)
	go p.Supervise()
	t.Cleanup(func() {
		p.Shut()
		p.Join()
		cancel(nil)
	})
	var only *fleet.Container
	for only == nil {
		for c := range p.Containers {
			only = c
		}
	}
	return p, only
}

// sleeps is the life of a worker that has no use for work.
func sleeps(w *worker) {
	lot, _ := w.c.Lot(w, w.slot)
	lot.Sleep(w.wakeup, 0, w.c.Halted)
}

func nothing() bool { return false }

func TestPermit(t *testing.T) {
	t.Parallel()
	_, c := start(t, fleet.Config{MaxInputs: 1, Recycle: fleet.Recycle{Inputs: 5}}, nothing, sleeps)
	for _, step := range []struct{ want, got int }{{3, 3}, {0, 1}, {9, 1}, {1, 0}} {
		require.Equal(t, step.got, c.Permit(step.want, 1000), "%+v", step)
	}
	c.Unused(2)
	c.Unused(0)
	require.False(t, c.Halted())
	c.RetireIfDue()
	require.False(t, c.Halted(), "it may take two more")
	require.Equal(t, 2, c.Permit(9, 1000))
	c.RetireIfDue()
	require.True(t, c.Halted())

	_, c = start(t, fleet.Config{MaxInputs: 1}, nothing, sleeps)
	require.Equal(t, 1000, c.Permit(3, 1000), "nothing limits it")
	c.Unused(1000)
	c.RetireIfDue()
	require.False(t, c.Halted())
}

// TestAskedBeforeItHasItsPlace: the supervisor may ask about a container whose goroutine has not come to anything yet.
func TestAskedBeforeItHasItsPlace(t *testing.T) {
	t.Parallel()
	p := fleet.New(fleet.Config{MaxInputs: 1}, fleet.Body{})
	require.Nil(t, p.Container(new(supervisor.Container)))
	for range p.Containers {
		t.Fatal("nobody is there")
	}
}

// TestPermitsOfMany: all workers of a container together get no more than its limit.
func TestPermitsOfMany(t *testing.T) {
	t.Parallel()
	_, c := start(t, fleet.Config{MaxInputs: 1, Recycle: fleet.Recycle{Inputs: 9}}, nothing, sleeps)
	var taking sync.WaitGroup
	taken := make([]int, 4)
	for i := range taken {
		taking.Go(func() {
			for turn := 0; ; turn++ {
				n := c.Permit(1+turn%3, 1000)
				if n == 0 {
					return
				}
				if turn < 100 {
					c.Unused(n)
				} else {
					taken[i] += n
				}
			}
		})
	}
	taking.Wait()
	sum := c.Permit(9, 1000) // somebody may have seen none, and another one given some back since
	for _, n := range taken {
		sum += n
	}
	require.Equal(t, 9, sum)
}

// TestBurst: workers beyond the target sleep in a lot of their own until no container may start.
func TestBurst(t *testing.T) {
	t.Parallel()
	p, c := start(t, fleet.Config{MaxInputs: 3, TargetInputs: 1}, nothing, sleeps)
	workers := c.Workers()
	target, _ := c.Lot(workers[0], 0)
	burst, _ := c.Lot(workers[1], 1)
	require.Same(t, &p.Idle, target)
	require.Same(t, &p.Burst, burst)
	require.True(t, p.MayTake(0))
	require.False(t, p.MayTake(1))
	for p.Idle.Idle() == 0 || p.Burst.Idle() < 2 {
		continue
	}
	p.Full()
	require.False(t, p.MayTake(1), "one within the target sleeps, who is first")
	c.Retire()
	for p.Idle.Idle() > 0 {
		continue
	}
	require.True(t, p.MayTake(1))
}
