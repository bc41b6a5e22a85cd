package supervisor_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

func TestEventsNobodyWatches(t *testing.T) {
	t.Parallel()
	e := supervisor.NewEvents(nil, 1, "", 1)
	require.Nil(t, e)
	e.Emit(supervisor.Event{})
	require.Zero(t, e.Dropped())
	e.Close(time.Hour)
}

// TestEventsInOrder checks that an observer who keeps up sees everything, in order, stamped, up to Close.
func TestEventsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []supervisor.Event
		e := supervisor.NewEvents(supervisor.ObserverFunc(func(ev supervisor.Event) { seen = append(seen, ev) }), 1, "f", 1)
		epoch := time.Now()
		for i := range 10_000 {
			e.Emit(supervisor.Event{Kind: supervisor.InputFailed, Input: i})
			if i%1000 == 999 {
				time.Sleep(time.Millisecond)
			}
		}
		e.Close(time.Hour)
		require.Equal(t, 10*time.Millisecond, time.Since(epoch), "Close waits no longer than it must")
		require.Len(t, seen, 10_000)
		for i, ev := range seen {
			require.Equal(t, i, ev.Input)
			require.Equal(t, epoch.Add(time.Duration(i/1000)*time.Millisecond), ev.Time)
		}
		require.Zero(t, e.Dropped())
	})
}

// TestEventsStuckObserver checks that the queue is bounded, what it cannot hold is counted, and Close waits for Grace.
func TestEventsStuckObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var seen atomic.Int64
		e := supervisor.NewEvents(supervisor.ObserverFunc(func(supervisor.Event) {
			<-release
			seen.Add(1)
		}), 1, "f", 1)
		const n = 100_000
		for i := range n {
			e.Emit(supervisor.Event{Kind: supervisor.InputFailed, Input: i})
		}
		dropped := e.Dropped()
		require.Positive(t, dropped)
		require.Less(t, dropped, int64(n))
		before := time.Now()
		e.Close(3 * time.Second)
		require.Equal(t, 3*time.Second, time.Since(before))
		close(release)
		synctest.Wait()
		require.Equal(t, int64(n), seen.Load()+e.Dropped(), "each event is seen or counted")
	})
}

// TestEventsBadObserver checks that an observer who panics or leaves harms nobody.
func TestEventsBadObserver(t *testing.T) {
	t.Run("panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			seen := 0
			e := supervisor.NewEvents(supervisor.ObserverFunc(func(ev supervisor.Event) {
				if ev.Input%2 == 0 {
					panic(errBroken)
				}
				seen++
			}), 1, "f", 1)
			for i := range 100 {
				e.Emit(supervisor.Event{Kind: supervisor.InputFailed, Input: i})
			}
			e.Close(time.Hour)
			require.Equal(t, 50, seen)
			require.EqualValues(t, 50, e.Dropped())
		})
	})
	t.Run("leaves", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			e := supervisor.NewEvents(supervisor.ObserverFunc(func(supervisor.Event) { runtime.Goexit() }), 1, "f", 1)
			for range 5000 {
				e.Emit(supervisor.Event{Kind: supervisor.RunEnded})
			}
			before := time.Now()
			e.Close(time.Minute)
			require.LessOrEqual(t, time.Since(before), time.Minute)
		})
	})
}

// TestEventsDoNotHoldThePool checks that a pool with a stuck observer crashes, restarts and ends as without one.
func TestEventsDoNotHoldThePool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		e := supervisor.NewEvents(supervisor.ObserverFunc(func(supervisor.Event) { <-release }), 1, "f", 1)
		ctx, cancel := context.WithCancel(t.Context())
		const n = 5000
		p := supervisor.Start(ctx, supervisor.Config{
			Containers: 1, Plain: true, Crashes: patient, Events: e,
			Serve: func(_ context.Context, c *supervisor.Container) error {
				if c.ID() == n {
					return nil
				}
				c.Finished(1)
				return errBroken
			},
			Crashed: idly,
		})
		before := time.Now()
		<-p.Done()
		require.Zero(t, time.Since(before))
		require.Equal(t, n, p.Snapshot().Crashes)
		require.Greater(t, e.Dropped(), int64(n))
		cancel()
		close(release)
		e.Close(time.Second)
	})
}

// TestEventsOfALife lists the events of one container from its start to the end of the pool.
func TestEventsOfALife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Serve: func(ctx context.Context, c *supervisor.Container) error {
			c.Ready()
			if c.ID() < 2 {
				return errBroken
			}
			<-ctx.Done()
			return nil
		}})
		time.Sleep(time.Second)
		p.close()
		want := []struct {
			kind      supervisor.Kind
			container int
			crashes   int
		}{
			{supervisor.ContainerStarted, 0, 0},
			{supervisor.ContainerReady, 0, 0},
			{supervisor.ContainerCrashed, 0, 1},
			{supervisor.ContainerStarted, 1, 0},
			{supervisor.ContainerReady, 1, 0},
			{supervisor.ContainerCrashed, 1, 2},
			{supervisor.ContainerStarted, 2, 0},
			{supervisor.ContainerReady, 2, 0},
			{supervisor.ContainerStopped, 2, 0},
		}
		var got []supervisor.Event
		for _, ev := range p.events {
			require.Equal(t, "f", ev.Function)
			require.Equal(t, 0, ev.Lineage)
			require.Equal(t, supervisor.NoInput, ev.Input)
			got = append(got, ev)
		}
		require.Len(t, got, len(want))
		for i, w := range want {
			require.Equal(t, w.kind, got[i].Kind, "event %d", i)
			require.Equal(t, w.container, got[i].Container, "event %d", i)
			require.Equal(t, w.crashes, got[i].Crashes, "event %d", i)
			require.Equal(t, w.crashes > 0, got[i].Err != nil)
		}
		require.Zero(t, got[2].Next, "at once")
		require.Equal(t, got[6].Time, got[5].Next, "the crash says when the next start is")
	})
}
