package supervisor_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// outage is a Serve whose starts fail until it is over; then containers get ready and finish an input a second.
type outage struct{ over atomic.Bool }

func (o *outage) serve(ctx context.Context, c *supervisor.Container) error {
	if !o.over.Load() {
		return errBroken
	}
	c.Ready()
	for ctx.Err() == nil {
		pause(ctx, time.Second)
		c.Finished(1)
	}
	return nil
}

// TestGateOpens checks that a deployed pool which only crashes sends one canary after each wait: 2 s · 2ⁿ up to 30 s,
// half of it random; and that it never gives up.
func TestGateOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 8, Crashes: policy.Deployed{}, Serve: failing})
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		snap := p.Snapshot()
		require.True(t, snap.CrashLooping)
		require.Equal(t, "open", snap.Gate)
		require.Equal(t, 8, snap.StartDebt)
		require.Empty(t, p.cutoffs)

		opened := p.kinds(supervisor.CrashLoopOpened)
		require.Len(t, opened, 1)
		require.ErrorIs(t, opened[0].Err, errBroken)
		require.Equal(t, "containers keep crashing at start-up", opened[0].Text)
		require.Equal(t, opened[0].Time, snap.CrashLoopSince)
		require.Empty(t, p.kinds(supervisor.CrashLoopClosed))

		var canaries []time.Duration
		for _, s := range p.starts {
			if s.at > snap.CrashLoopSince.Sub(p.epoch) {
				canaries = append(canaries, s.at)
			}
		}
		from, step := snap.CrashLoopSince.Sub(p.epoch), 2*time.Second
		for i, at := range canaries {
			requireBetween(t, step/2, step, at-from, "canary %d", i)
			from, step = at, min(2*step, 30*time.Second)
		}
		require.LessOrEqual(t, p.count(), 8+2*60*60/15+10)
		require.GreaterOrEqual(t, p.count(), 2*60*60/30)
	})
}

// TestGateRecovers checks the way back: a canary, a ramp, all; then everything is forgiven.
func TestGateRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o outage
		p := open(t, supervisor.Config{Containers: 64, Crashes: policy.Deployed{}, Serve: o.serve})
		time.Sleep(10 * time.Minute)
		o.over.Store(true)
		healed, before := p.now(), p.count()
		var ramped bool
		for p.Snapshot().CrashLooping {
			requireBetween(t, 0, time.Minute, p.now()-healed, "the gate never closes")
			ramped = ramped || p.Snapshot().Gate == "ramp"
			time.Sleep(100 * time.Millisecond)
		}
		require.True(t, ramped)
		time.Sleep(time.Minute)
		synctest.Wait()

		snap := p.Snapshot()
		require.Equal(t, "closed", snap.Gate)
		require.Equal(t, 64, snap.Live)
		require.Equal(t, before+64, snap.Starts)
		require.Zero(t, snap.StartDebt+snap.Streak)
		require.Zero(t, snap.CrashLoopSince)
		for _, c := range snap.Containers {
			require.Zero(t, c.Crashes, "lineage %d: Restarts are reset", c.Lineage)
			require.Nil(t, c.Last)
		}
		require.Len(t, p.kinds(supervisor.CrashLoopOpened), 1)
		require.Len(t, p.kinds(supervisor.CrashLoopClosed), 1)

		// One canary alone, then at most four unproven ones at a time, 3 more for each proven: 1, 4, …
		var after []time.Duration
		for _, s := range p.starts {
			if s.at >= healed {
				after = append(after, s.at)
			}
		}
		require.GreaterOrEqual(t, after[1]-after[0], time.Second, "nobody beside the canary before it is proven")
		second := 0
		for _, at := range after[1:] {
			if at < after[1]+time.Second {
				second++
			}
		}
		require.Equal(t, 4, second, "then four")
	})
}

// TestGateProbation checks that a canary without inputs is proven by outliving the probation.
func TestGateProbation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var over atomic.Bool
		p := open(t, supervisor.Config{Containers: 3, Crashes: policy.Deployed{}, Serve: func(ctx context.Context, c *supervisor.Container) error {
			if over.Load() {
				return idle(ctx, c)
			}
			return errBroken
		}})
		time.Sleep(time.Minute)
		over.Store(true)
		n := p.count()
		for p.count() == n {
			time.Sleep(time.Millisecond)
		}
		canary := p.now()
		time.Sleep(10*time.Second - 10*time.Millisecond)
		require.Equal(t, n+1, p.count())
		require.True(t, p.Snapshot().CrashLooping)
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		require.False(t, p.Snapshot().CrashLooping, "three held back are few enough to close at once")
		time.Sleep(time.Minute)
		require.Equal(t, n+3, p.count())
		requireBetween(t, 0, 2*time.Minute, canary)
	})
}

// TestGateProgress checks that the first input of a canary proves it, without waiting for anything else to happen.
func TestGateProgress(t *testing.T) {
	for name, plain := range map[string]bool{"plain": true, "with a start": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var over atomic.Bool
				p := open(t, supervisor.Config{Containers: 2, Plain: plain, Crashes: policy.Deployed{}, Serve: func(ctx context.Context, c *supervisor.Container) error {
					if !over.Load() {
						return errBroken
					}
					c.Ready()
					pause(ctx, time.Second)
					c.Finished(1)
					<-ctx.Done()
					return nil
				}})
				time.Sleep(time.Minute)
				synctest.Wait()
				require.True(t, p.Snapshot().CrashLooping)
				over.Store(true)
				n := p.count()
				for p.count() == n {
					time.Sleep(time.Millisecond)
				}
				time.Sleep(999 * time.Millisecond)
				synctest.Wait()
				require.Empty(t, p.kinds(supervisor.CrashLoopClosed))
				time.Sleep(2 * time.Millisecond)
				require.Len(t, p.kinds(supervisor.CrashLoopClosed), 1)
			})
		})
	}
}
