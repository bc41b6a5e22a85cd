package supervisor_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// waits are the times from each crash of a lineage to its next start.
func waits(t *testing.T, p *pool, lineage int) []time.Duration {
	t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	lineageOf := map[int]int{}
	startOf := map[int][]time.Duration{}
	for _, s := range p.starts {
		lineageOf[s.id] = s.lineage
		startOf[s.lineage] = append(startOf[s.lineage], s.at)
	}
	var found []time.Duration
	n := 0
	for i, crash := range p.crashes {
		if lineageOf[crash.Container] != lineage {
			continue
		}
		if n++; n < len(startOf[lineage]) {
			found = append(found, startOf[lineage][n]-p.crashedAt[i])
		}
	}
	return found
}

// TestRestartsEphemeral checks the restarts of an ephemeral pool: at once, then 0.25 s · 2ⁿ up to 8 s, half of
// it random, for crashes at start-up and later alike.
func TestRestartsEphemeral(t *testing.T) {
	for name, ready := range map[string]bool{"at start-up": false, "when idle": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Containers: 1, Crashes: patient, Serve: func(_ context.Context, c *supervisor.Container) error {
					if ready {
						c.Ready()
					}
					return errBroken
				}})
				time.Sleep(2 * time.Minute)
				got := waits(t, p, 0)
				require.Greater(t, len(got), 12)
				require.Zero(t, got[0])
				step := 250 * time.Millisecond
				for i, w := range got[1:] {
					requireBetween(t, step/2, step, w, "wait %d", i+1)
					step = min(2*step, 8*time.Second)
				}
			})
		})
	}
}

// TestRestartsReset checks that a finished input, and nothing else, makes the next crash the first again.
func TestRestartsReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Crashes: patient, Serve: func(ctx context.Context, c *supervisor.Container) error {
			c.Ready()
			pause(ctx, time.Minute) // outlives the probation
			if c.ID() == 4 {
				c.Finished(1)
			}
			return errBroken
		}})
		time.Sleep(8 * time.Minute)
		got := waits(t, p, 0)
		require.GreaterOrEqual(t, len(got), 6)
		require.Zero(t, got[0])
		requireBetween(t, 125*time.Millisecond, 250*time.Millisecond, got[1])
		requireBetween(t, 250*time.Millisecond, 500*time.Millisecond, got[2])
		requireBetween(t, 500*time.Millisecond, time.Second, got[3])
		require.Zero(t, got[4], "container 4 finished an input")
		requireBetween(t, 125*time.Millisecond, 250*time.Millisecond, got[5])
	})
}

// unhurried is a deployed policy whose gate never opens.
var unhurried = policy.Deployed{ColdDebt: 1 << 20, Debt: 1 << 20}

// TestRestartsDeployed checks the second row: at once, then 1 s · 2ⁿ up to 60 s, less the uptime, half of it random.
// One lineage of a hundred crashes, so that the token bucket has enough for it.
func TestRestartsDeployed(t *testing.T) {
	for name, c := range map[string]struct {
		ready, lives time.Duration // after the start, after ready; ready < 0: never
	}{
		"crash when ready":      {0, 0},
		"crash after 3 s":       {0, 3 * time.Second},
		"crash in a slow start": {-1, 3 * time.Second},
		"slow start, then 1 s":  {2 * time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Containers: 100, Crashes: unhurried, Serve: func(ctx context.Context, k *supervisor.Container) error {
					if k.Lineage() > 0 {
						return idle(ctx, k)
					}
					if k.ID() == 0 {
						pause(ctx, time.Second) // the starts of a hundred have emptied the bucket
					}
					pause(ctx, c.ready)
					if c.ready >= 0 {
						k.Ready()
					}
					pause(ctx, c.lives)
					return errBroken
				}})
				time.Sleep(20 * time.Minute)
				uptime := c.lives
				if c.ready < 0 {
					uptime = 0 // "ready for uptime (0 for one that never was)"
				}
				got := waits(t, p, 0)
				require.Greater(t, len(got), 10)
				require.Zero(t, got[0])
				step := time.Second
				for i, w := range got[1:] {
					left := max(step-uptime, 0)
					requireBetween(t, left/2, left, w, "wait %d", i+1)
					step = min(2*step, time.Minute)
				}
			})
		})
	}
}

// TestRestartOnInputs checks that a crash on an input costs its container no wait, whatever it is, as long as some finish.
func TestRestartOnInputs(t *testing.T) {
	for name, crashes := range map[string]policy.Crashes{"ephemeral": policy.Ephemeral{}, "deployed": policy.Deployed{}} {
		for _, plain := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", plain ", plain), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					const n = 1000
					p := open(t, supervisor.Config{Containers: 8, Plain: plain, Crashes: crashes, Crashed: onFresh, Serve: func(_ context.Context, c *supervisor.Container) error {
						c.Ready()
						if c.ID() >= n {
							return nil
						}
						if c.ID()%8 == 0 {
							c.Finished(1)
						}
						return errBroken
					}})
					<-p.Done()
					require.Zero(t, p.now(), "a crash on an input costs a panic, not a backoff")
					require.Len(t, p.crashes, n)
				})
			})
		}
	}
}

// TestNoCrash checks that a pool of a thousand that has no trouble makes none.
func TestNoCrash(t *testing.T) {
	for name, plain := range map[string]bool{"plain": true, "with a start": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 1000
				p := open(t, supervisor.Config{Containers: n, Plain: plain, Serve: func(ctx context.Context, c *supervisor.Container) error {
					if !plain {
						pause(ctx, time.Millisecond)
					}
					c.Ready()
					c.Busy(true)
					pause(ctx, time.Second)
					c.Finished(1)
					c.Busy(false)
					<-ctx.Done()
					return nil
				}})
				synctest.Wait()
				first := 64
				if plain {
					first = n
				}
				snap := p.Snapshot()
				require.Equal(t, first, snap.Live)
				require.Equal(t, first, snap.Starts)
				time.Sleep(3 * time.Second)
				synctest.Wait()
				snap = p.Snapshot()
				require.Equal(t, n, snap.Live)
				require.Equal(t, n, snap.Starts)
				require.Zero(t, snap.Crashes+snap.Abandoned+snap.Lingering+snap.StartDebt+snap.Streak)
				for i, c := range snap.Containers {
					require.Equal(t, i, c.Lineage)
					require.Equal(t, supervisor.Idle, c.State)
					require.EqualValues(t, 1, c.Finished)
				}
				p.cancel()
				<-p.Done()
				require.Empty(t, p.crashes)
				require.Empty(t, p.abandoned)
				require.Empty(t, p.cutoffs)
			})
		})
	}
}
