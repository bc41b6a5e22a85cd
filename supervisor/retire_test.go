package supervisor_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// TestRetire checks where the successor of a retired container starts, and when.
func TestRetire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Containers: 2, Want: 1, Serve: w.serve})
		synctest.Wait()
		first := w.get(0)
		require.Equal(t, p.epoch, first.Started())
		for range 3 {
			first.Retire() // once is as good
		}
		require.Equal(t, []supervisor.State{stopping, idleNow}, p.states(), "in a free lineage, at once")
		require.Equal(t, 2, p.Snapshot().Live)
		w.get(1).Retire()
		require.Equal(t, []supervisor.State{stopping, stopping}, p.states(), "no lineage is free")
		first.tell(finish)
		require.Equal(t, []supervisor.State{idleNow, stopping}, p.states(), "in its own, when it has ended")
		first.Retire()
		require.Equal(t, []supervisor.State{idleNow, stopping}, p.states(), "its end is decided")
		require.Equal(t, 3, p.Snapshot().Starts)
		require.Zero(t, p.now())
	})
}

// TestRetireInRun checks a pool with an end: a retired container has a successor, one whose work is done has none.
func TestRetireInRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Containers: 2, Serve: w.serve})
		synctest.Wait()
		w.get(0).Retire()
		require.Equal(t, []supervisor.State{stopping, idleNow}, p.states())
		w.get(1).tell(finish)
		require.Equal(t, []supervisor.State{stopping, idleNow}, p.states(), "the successor is due, and here is a place")
		require.Equal(t, 1, p.Snapshot().Wanted)
		w.get(0).tell(finish)
		require.Equal(t, []supervisor.State{stopped, idleNow}, p.states())
		w.get(2).Retire()
		w.get(2).tell(finish)
		synctest.Wait()
		p.requireLives(t)
		require.Equal(t, []supervisor.State{idleNow, stopped}, p.states())
		w.get(3).tell(finish)
		<-p.Done()
		require.Equal(t, 4, p.Snapshot().Starts)
		require.Zero(t, p.now())
	})
}

// TestRetireAndReturn checks that a pool with an end waits for the successor, whichever of the two it hears of first.
func TestRetireAndReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rounds = 2000
		p := open(t, supervisor.Config{Containers: 1, Plain: true, Serve: func(_ context.Context, c *supervisor.Container) error {
			if c.ID() < rounds {
				retired := make(chan struct{})
				go func() { close(retired); c.Retire(); c.Retire() }()
				<-retired
				c.Retire()
			}
			return nil
		}})
		<-p.Done()
		require.Equal(t, rounds+1, p.Snapshot().Starts)
		require.Zero(t, p.now())
	})
}

// TestRetireUnderLoad recycles containers all the time: there are always as many as wanted.
func TestRetireUnderLoad(t *testing.T) {
	for name, lasting := range map[string]bool{"lasting": true, "a run": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Lasting: lasting, Containers: 8, Want: 8, Serve: func(ctx context.Context, c *supervisor.Container) error {
					c.Ready()
					for i := 0; ctx.Err() == nil; i++ {
						pause(ctx, time.Duration(1+c.ID()%5)*time.Second)
						c.Finished(1)
						if i == 9 {
							c.Retire()
							return nil
						}
					}
					return nil
				}})
				for range 1000 {
					time.Sleep(777 * time.Millisecond)
					synctest.Wait()
					require.Equal(t, 8, p.Snapshot().Live)
				}
				snap := p.Snapshot()
				require.Greater(t, snap.Starts, 100)
				require.Equal(t, 8, snap.Wanted)
				require.Zero(t, snap.Crashes)
			})
		})
	}
}

// TestRetireCrash retires containers at the moment of their crash: each counts as one crash and has one successor.
func TestRetireCrash(t *testing.T) {
	for name, lineages := range map[string]int{"its own lineage": 1, "a free one": 3} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const rounds = 500
				var all sync.WaitGroup
				p := open(t, supervisor.Config{Lasting: true, Plain: true, Crashes: patient, Containers: lineages, Want: 1, Serve: func(ctx context.Context, c *supervisor.Container) error {
					if c.ID() >= rounds {
						return idle(ctx, c)
					}
					c.Finished(2)
					all.Go(c.Retire)
					panic(errBroken)
				}})
				time.Sleep(time.Hour)
				all.Wait()
				synctest.Wait()
				snap := p.Snapshot()
				require.Equal(t, 1, snap.Live)
				require.Equal(t, rounds, snap.Crashes)
				require.Equal(t, rounds+1, snap.Starts)
			})
		})
	}
}

// TestRetiredCrash checks that a crash on the way out is a crash, and makes no second successor.
func TestRetiredCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Containers: 2, Want: 1, Serve: w.serve})
		synctest.Wait()
		w.get(0).Retire()
		synctest.Wait()
		w.get(0).tell(explodes)
		require.Equal(t, []supervisor.State{stopped, idleNow}, p.states())
		require.Equal(t, 1, p.Snapshot().Crashes)
		require.Equal(t, 1, p.Snapshot().Containers[0].Crashes)
		require.Len(t, p.crashes, 1)
	})
}

// TestRetireAbandon checks that a retired container which does not listen can be given up.
func TestRetireAbandon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Containers: 1, Serve: w.serve})
		synctest.Wait()
		w.get(0).tell(w.hang)
		w.get(0).Retire()
		require.Equal(t, []supervisor.State{stopping}, p.states())
		require.True(t, w.get(0).Abandon())
		require.Equal(t, []supervisor.State{idleNow}, p.states())
		require.Equal(t, 1, p.Lingering())
		p.cancel()
		<-p.Done()
	})
}
