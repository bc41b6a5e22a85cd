package supervisor_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// TestSnapshot follows one pool through its life.
func TestSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin, work, crash, finish := make(chan int), make(chan int), make(chan int), make(chan int)
		p := open(t, supervisor.Config{Containers: 1, Serve: func(ctx context.Context, c *supervisor.Container) error {
			<-begin
			c.Ready()
			<-work
			c.Busy(true)
			select {
			case <-crash:
				panic(errBroken)
			case <-finish:
			}
			c.Finished(3)
			c.Busy(false)
			<-ctx.Done()
			pause(t.Context(), 100*time.Millisecond)
			return nil
		}})
		info := func() supervisor.ContainerInfo {
			synctest.Wait()
			snap := p.Snapshot()
			require.Len(t, snap.Containers, 1)
			return snap.Containers[0]
		}
		require.Equal(t, supervisor.ContainerInfo{State: supervisor.Starting, Since: p.epoch}, info())
		begin <- 0
		require.Equal(t, supervisor.Idle, info().State)
		work <- 0
		require.Equal(t, supervisor.Running, info().State)
		crash <- 0 // restarted at once
		got := info()
		require.Equal(t, supervisor.Starting, got.State)
		require.Equal(t, 1, got.ID)
		require.Equal(t, 1, got.Crashes)
		require.ErrorIs(t, got.Last, errBroken)
		begin <- 0
		work <- 0
		crash <- 0 // after a wait
		got = info()
		require.Equal(t, supervisor.BackingOff, got.State)
		require.Equal(t, -1, got.ID)
		require.Equal(t, 2, got.Crashes)
		requireBetween(t, 125*time.Millisecond, 250*time.Millisecond, time.Until(got.NextStart))
		next := got.NextStart
		begin <- 0
		require.Equal(t, next, time.Now(), "it starts when the snapshot said it would")
		work <- 0
		finish <- 0
		got = info()
		require.Equal(t, supervisor.ContainerInfo{ID: 2, State: supervisor.Idle, Since: next, Finished: 3}, got, "progress clears the crashes")
		snap := p.Snapshot()
		require.Equal(t, 3, snap.Starts)
		require.Equal(t, 2, snap.Crashes)
		require.Equal(t, 1, snap.Live)
		require.ErrorIs(t, snap.Last, errBroken)
		require.Empty(t, snap.Gate)
		require.False(t, snap.CrashLooping)

		p.cancel()
		require.Equal(t, supervisor.Stopping, info().State)
		<-p.Done()
		got = info()
		require.Equal(t, supervisor.Stopped, got.State)
		snap = p.Snapshot()
		require.Equal(t, 0, snap.Live)
		require.Equal(t, 3, snap.Starts)
		require.Equal(t, snap, p.Snapshot(), "final")
		require.Len(t, p.kinds(supervisor.ContainerStopped), 1)
	})
}

// TestSnapshotIsAValue checks that a snapshot does not change once taken.
func TestSnapshotIsAValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 4, Crashes: patient, Serve: failing})
		time.Sleep(3 * time.Second)
		synctest.Wait()
		snap := p.Snapshot()
		containers := append([]supervisor.ContainerInfo(nil), snap.Containers...)
		time.Sleep(time.Minute)
		require.Equal(t, containers, snap.Containers)
		require.NotEqual(t, containers, p.Snapshot().Containers)
	})
}

// TestNextStartIsNoGuess checks that a lineage which waits for others to be proven, and so for no time anybody knows,
// does not show one: an hour that ends in a second misleads.
func TestNextStartIsNoGuess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 10, Crashes: patient, Serve: failing})
		synctest.Wait()
		for _, c := range p.Snapshot().Containers {
			require.Equal(t, supervisor.BackingOff, c.State)
			require.LessOrEqual(t, time.Until(c.NextStart), time.Minute, "lineage %d", c.Lineage)
		}
		for _, ev := range p.kinds(supervisor.ContainerCrashed) {
			require.LessOrEqual(t, ev.Next.Sub(ev.Time), time.Minute, "the event of container %d", ev.Container)
		}
	})
}

// TestSnapshotIsItsCallers also when the pool has ended: what one caller does to it, no other sees.
func TestSnapshotIsItsCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Containers: 2, Serve: w.serve})
		synctest.Wait()
		for _, ended := range []bool{false, true} {
			if ended {
				p.cancel()
				<-p.Done()
			}
			first, second := p.Snapshot(), p.Snapshot()
			clear(first.Containers)
			require.Equal(t, 1, second.Containers[1].Lineage)
			require.Equal(t, 1, p.Snapshot().Containers[1].Lineage)
		}
	})
}
