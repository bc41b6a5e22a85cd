package supervisor_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// hanging is a Serve whose start ignores everything until the end of the test; a deadline of a second fails it.
func hanging(t *testing.T) func(context.Context, *supervisor.Container) error {
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	return func(_ context.Context, c *supervisor.Container) error {
		time.AfterFunc(time.Second, func() { c.Fail(errBroken) })
		<-release
		c.Ready()
		return nil
	}
}

func TestFailDeployed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Lasting: true, Containers: 1, Want: 1, Crashes: policy.Deployed{}, Serve: hanging(t)})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		snap := p.Snapshot()
		require.True(t, snap.CrashLooping)
		require.Equal(t, 8, snap.StartDebt)
		require.Zero(t, snap.Streak)
		require.ErrorIs(t, snap.Last, errBroken)
		require.Equal(t, supervisor.PhaseStart, snap.Last.Phase)
		require.Equal(t, supervisor.NoInput, snap.Last.Input)
		// Its backoff allows waits of 0, ½ to 1, 1 to 2, … 30 to 60 s after each start of a second.
		require.GreaterOrEqual(t, snap.Starts, 14)
		require.LessOrEqual(t, snap.Starts, 28, "slower and slower")
		require.Equal(t, snap.Crashes, snap.Abandoned)
		require.Equal(t, snap.Crashes, snap.Lingering)
		require.Len(t, p.kinds(supervisor.ContainerCrashed), snap.Crashes)
		require.Len(t, p.kinds(supervisor.CrashLoopOpened), 1)
		require.Empty(t, p.kinds(supervisor.ContainerAbandoned), "one end, one event")
		require.Len(t, p.crashes, snap.Crashes)
	})
}

func TestFailEphemeral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Serve: hanging(t)})
		cut := requireCutoff(t, p, policy.RuleCold)
		require.Equal(t, errBroken, cut.Last.Err)
		require.Equal(t, supervisor.PhaseStart, cut.Last.Phase)
		require.Equal(t, 5, cut.Crashes)
		require.Equal(t, 5, p.Lingering())
	})
}

// TestFailReady checks a container that is stuck later, and what it does when it is let go.
func TestFailReady(t *testing.T) {
	for name, last := range map[string]order{"returns": finish, "crashes": crash, "panics": explodes, "leaves": leaves} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newCrew(t)
				p := open(t, supervisor.Config{Containers: 1, Serve: w.serve})
				synctest.Wait()
				first := w.get(0)
				first.tell(func() (bool, error) { <-w.release; return last() })
				synctest.Wait()
				require.True(t, first.Fail(errBroken))
				require.Len(t, p.crashes, 1, "told before Fail returns")
				require.False(t, first.Fail(errBroken))
				require.False(t, first.Abandon())
				synctest.Wait()
				require.Equal(t, supervisor.PhaseIdle, p.crashes[0].Phase)
				require.Equal(t, 1, p.Lingering())
				require.Equal(t, []supervisor.State{idleNow}, p.states())

				w.letGo()
				synctest.Wait()
				require.Zero(t, p.Lingering())
				require.Len(t, p.crashes, 1, "its end is told once")
				snap := p.Snapshot()
				require.Equal(t, 1, snap.Crashes)
				require.Equal(t, 1, snap.Live)
				require.Equal(t, 2, snap.Starts)
			})
		})
	}
}

// TestFailLateReady checks that a start which was given up and then gets ready says nothing of its successor.
func TestFailLateReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all [3]*supervisor.Container
		var release [3]chan struct{}
		for i := range release {
			release[i] = make(chan struct{})
		}
		p := open(t, supervisor.Config{Containers: 1, Serve: func(_ context.Context, c *supervisor.Container) error {
			all[c.ID()] = c
			<-release[c.ID()]
			c.Ready()
			return nil
		}})
		for i := range 2 {
			synctest.Wait()
			require.True(t, all[i].Fail(nil))
			time.Sleep(time.Second)
		}
		require.ErrorContains(t, p.crashes[0], "given up")
		require.Equal(t, 1, p.Snapshot().StartDebt)
		close(release[0])
		close(release[1])
		require.Equal(t, []supervisor.State{supervisor.Starting}, p.states())
		require.Equal(t, 1, p.Snapshot().StartDebt)
		require.Empty(t, p.kinds(supervisor.ContainerReady))
		require.Zero(t, p.Lingering())
		close(release[2])
		<-p.Done()
		require.Len(t, p.kinds(supervisor.ContainerReady), 1)
	})
}

// TestFailAfterEnd checks both ends: that of the container and that of the pool.
func TestFailAfterEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Containers: 2, Serve: w.serve})
		synctest.Wait()
		ended, stuck := w.get(0), w.get(1)
		ended.tell(finish)
		stuck.tell(w.hang)
		synctest.Wait()
		require.False(t, ended.Fail(errBroken))
		require.Empty(t, p.crashes)

		p.cancel()
		synctest.Wait()
		require.True(t, stuck.Fail(errBroken))
		<-p.Done()
		require.Zero(t, p.now(), "no grace for what is given up")
		snap := p.Snapshot()
		require.Zero(t, snap.Crashes, "no crash of the pool")
		require.Equal(t, 1, snap.Abandoned)
		require.Len(t, p.crashes, 1, "but of the container")
		require.Empty(t, p.kinds(supervisor.ContainerCrashed))
		require.False(t, stuck.Fail(errBroken))
	})
}

// TestFailRace fails containers at the moment of their own crash: each is told once.
func TestFailRace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rounds = 2000
		var all sync.WaitGroup
		p := open(t, supervisor.Config{Containers: 1, Plain: true, Crashes: patient, Serve: func(_ context.Context, c *supervisor.Container) error {
			if c.ID() == rounds {
				return nil
			}
			c.Finished(2)
			all.Go(func() { c.Fail(errBroken) })
			for range c.ID() % 7 {
				c.Finished(1)
			}
			return errBroken
		}})
		<-p.Done()
		all.Wait()
		synctest.Wait()
		require.Equal(t, rounds, p.Snapshot().Crashes)
		require.Len(t, p.crashes, rounds)
		require.Zero(t, p.Lingering())
	})
}
