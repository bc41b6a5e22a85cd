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

// alwaysCrashes is a Serve that gets ready, executes for a while, and crashes; no two at the same moment.
func alwaysCrashes(after time.Duration) func(context.Context, *supervisor.Container) error {
	return func(ctx context.Context, c *supervisor.Container) error {
		c.Ready()
		pause(ctx, after+time.Duration(c.Lineage()))
		if ctx.Err() != nil {
			return nil
		}
		return errBroken
	}
}

// TestCutoffColdInputs checks the figures of a function that never works: 96 different inputs and two pauses, and not
// many more however many containers there are.
func TestCutoffColdInputs(t *testing.T) {
	for name, c := range map[string]struct {
		containers, crashes int
		plain               bool
	}{"1": {1, 96, true}, "8": {8, 130, true}, "8 with a start": {8, 130, false}, "1000": {1000, 2200, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Containers: c.containers, Plain: c.plain, Crashed: onFresh, Serve: alwaysCrashes(time.Millisecond)})
				<-p.Done()
				requireBetween(t, 300*time.Millisecond, 5*time.Second, p.now())
				cut := requireCutoff(t, p, policy.RuleCold)
				require.Equal(t, 96, cut.Streak)
				require.Equal(t, 3, cut.Pauses, "the last began as the run ended")
				require.Equal(t, cut.Crashes, cut.Inputs)
				requireBetween(t, 96, time.Duration(c.crashes), time.Duration(cut.Crashes))
				require.ErrorContains(t, cut, "none has ever finished")
			})
		})
	}
}

// TestCutoffColdSlow: 8 inputs in 10 s are enough where each takes long.
func TestCutoffColdSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Crashed: onFresh, Serve: alwaysCrashes(2 * time.Second)})
		cut := requireCutoff(t, p, policy.RuleCold)
		require.Equal(t, []int{8, 8, 0}, []int{cut.Streak, cut.Inputs, cut.Pauses})
	})
}

// TestCutoffSustainedInputs: a function that has worked is given a minute.
func TestCutoffSustainedInputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 4, Crashed: onFresh, Serve: func(ctx context.Context, c *supervisor.Container) error {
			if c.ID() == 0 {
				c.Finished(1)
			}
			return alwaysCrashes(time.Millisecond)(ctx, c)
		}})
		<-p.Done()
		requireBetween(t, time.Minute, time.Minute+8*time.Second, p.now())
		cut := requireCutoff(t, p, policy.RuleSustained)
		require.ErrorContains(t, cut, "different inputs were tried since one last finished")
		require.Positive(t, cut.Pauses)
	})
}

// TestOneBlow: a thousand containers that die together are one piece of evidence, and are back at once.
func TestOneBlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := make(map[int]time.Time)
		p := open(t, supervisor.Config{
			Containers: 1000, Plain: true,
			Crashed: func(c *supervisor.Container, _ *supervisor.CrashError) supervisor.Evidence {
				return supervisor.Evidence{Fresh: true, InReach: true, Begun: begun[c.ID()]}
			},
			Serve: func(ctx context.Context, c *supervisor.Container) error {
				if c.ID() < 1000 {
					pause(ctx, 100*time.Second)
					return errBroken
				}
				<-ctx.Done()
				return nil
			},
		})
		time.Sleep(101 * time.Second)
		synctest.Wait()
		snap := p.Snapshot()
		require.Equal(t, []int{1, 1000, 0, 1000}, []int{snap.Streak, snap.Inputs, snap.Pauses, snap.Live})
		require.Empty(t, p.cutoffs)
	})
}

// TestPause checks that no container which crashed on an input starts in a pause, that only four do after it as long as
// nothing is known to work, and that an input that finishes ends both for everybody.
func TestPause(t *testing.T) {
	for name, plain := range map[string]bool{"plain": true, "with a start": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newCrew(t)
				p := open(t, supervisor.Config{Containers: 40, Plain: plain, Crashed: onFresh, Serve: w.serve})
				crashAll := func() {
					synctest.Wait()
					for _, m := range w.there() {
						m.tell(crash)
						synctest.Wait()
					}
				}
				synctest.Wait()
				for p.Snapshot().Pauses == 0 {
					requireBetween(t, 0, 0, p.now(), "no pause comes")
					w.get(p.count() - 1).tell(crash)
					synctest.Wait()
				}
				require.Equal(t, 32, p.Snapshot().Streak)
				crashAll()
				began := p.now()
				require.Zero(t, p.Snapshot().Live)
				for _, c := range p.Snapshot().Containers {
					require.Equal(t, supervisor.BackingOff, c.State)
				}
				time.Sleep(124 * time.Millisecond)
				synctest.Wait()
				require.Zero(t, p.Snapshot().Live)
				time.Sleep(127 * time.Millisecond)
				synctest.Wait()
				require.Equal(t, 4, p.Snapshot().Live, "on probation")
				requireBetween(t, 125*time.Millisecond, 251*time.Millisecond, p.now()-began)

				w.there()[0].Finished(1)
				synctest.Wait()
				require.Equal(t, 40, p.Snapshot().Live)
				require.Zero(t, p.Snapshot().Streak)
			})
		})
	}
}

// TestPauseEndsAtOnce: a container that was up all the time finishes an input, and everybody starts.
func TestPauseEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Containers: 8, Plain: true, Crashed: onFresh, Serve: w.serve})
		synctest.Wait()
		works := w.get(0)
		for p.Snapshot().Pauses == 0 {
			w.get(p.count() - 1).tell(crash)
			synctest.Wait()
		}
		require.Equal(t, 7, p.Snapshot().Live, "only who crashed waits")
		require.Zero(t, p.now())
		works.Finished(1)
		synctest.Wait()
		require.Equal(t, 8, p.Snapshot().Live)
		require.Zero(t, p.now())
	})
}

// TestGateOfInputs checks that crashes on inputs open the gate of a deployed pool, one canary after each wait, and that
// it takes no token from the creations to come.
func TestGateOfInputs(t *testing.T) {
	for name, plain := range map[string]bool{"plain": true, "with a start": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Containers: 8, Plain: plain, Crashes: policy.Deployed{}, Crashed: onFresh, Serve: alwaysCrashes(time.Millisecond)})
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				snap := p.Snapshot()
				require.True(t, snap.CrashLoopOfInputs)
				require.Zero(t, snap.StartDebt)
				events := p.kinds(supervisor.CrashLoopOpened)
				require.Len(t, events, 1)
				require.Regexp(t, `^(3[2-9]|4\d) different inputs were tried since one last finished$`, events[0].Text)
				opened := snap.CrashLoopSince.Sub(p.epoch)
				requireBetween(t, 0, time.Second, opened, "no token is missing")
				canaries := 0
				for _, s := range p.starts {
					if s.at > opened {
						canaries++
					}
				}
				requireBetween(t, 10*60/30, 10*60/15+10, time.Duration(canaries))
			})
		})
	}
}
