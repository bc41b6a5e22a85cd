package supervisor_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// requireStops cancels the pool and checks that it ends at once and nothing starts any more.
func requireStops(t *testing.T, p *pool) {
	t.Helper()
	synctest.Wait()
	before, starts := time.Now(), p.count()
	p.cancel()
	<-p.Done()
	require.Zero(t, time.Since(before), "nobody is there to wait for")
	time.Sleep(time.Hour)
	require.Equal(t, starts, p.count(), "a start after the end")
	require.Empty(t, p.cutoffs)
	require.Empty(t, p.abandoned)
	for _, c := range p.Snapshot().Containers {
		require.Equal(t, supervisor.Stopped, c.State)
	}
}

func TestStopWhileBackingOff(t *testing.T) {
	for name, crashes := range map[string]policy.Crashes{"ephemeral": patient, "deployed": unhurried} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Containers: 3, Crashes: crashes, Serve: failing})
				for p.Snapshot().Live > 0 || p.count() < 12 {
					time.Sleep(time.Millisecond)
				}
				for _, c := range p.Snapshot().Containers {
					require.Equal(t, supervisor.BackingOff, c.State)
				}
				requireStops(t, p)
			})
		})
	}
}

// TestStopBeforeStart checks a context that has ended before the pool starts.
func TestStopBeforeStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		ran := false
		p := supervisor.Start(ctx, supervisor.Config{
			Containers: 5, Crashes: patient, Grace: time.Second,
			Serve: func(context.Context, *supervisor.Container) error { ran = true; return nil },
		})
		before := time.Now()
		<-p.Done()
		require.Zero(t, time.Since(before))
		require.False(t, ran)
		require.Zero(t, p.Snapshot().Starts)
	})
}

// TestStopIsNoCrash checks that whatever a container does after the end of its context is no crash of the pool.
func TestStopIsNoCrash(t *testing.T) {
	for name, last := range map[string]func() error{
		"returns nil": func() error { return nil },
		"returns why": func() error { return context.Canceled },
		"panics":      func() error { panic(errBroken) },
		"leaves":      func() error { leave(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Containers: 8, Serve: func(ctx context.Context, c *supervisor.Container) error {
					if c.Lineage()%2 == 0 {
						c.Ready()
					}
					<-ctx.Done()
					return last()
				}})
				synctest.Wait()
				requireStops(t, p)
				snap := p.Snapshot()
				require.Zero(t, snap.Crashes+snap.StartDebt+snap.Streak)
				require.Len(t, p.kinds(supervisor.ContainerStopped), 8)
				require.Empty(t, p.kinds(supervisor.ContainerCrashed))
			})
		})
	}
}

// TestDone checks that a pool whose containers have nothing more to do ends by itself.
func TestDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 5, Serve: func(ctx context.Context, c *supervisor.Container) error {
			c.Ready()
			pause(ctx, time.Duration(c.Lineage())*time.Second)
			c.Finished(1)
			return nil
		}})
		<-p.Done()
		require.Equal(t, 4*time.Second, p.now())
		require.Zero(t, p.Snapshot().Crashes)
		require.Equal(t, 5, p.Snapshot().Starts)
	})
}
