package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// requireCutoff checks that the pool has given up once, for good, and says why.
func requireCutoff(t *testing.T, p *pool, rule policy.Rule) *supervisor.CutoffError {
	t.Helper()
	<-p.Done()
	synctest.Wait()
	require.Len(t, p.cutoffs, 1)
	cut := p.cutoffs[0]
	require.Equal(t, rule, cut.Rule)
	require.Equal(t, len(p.crashes), cut.Crashes)
	require.Equal(t, p.crashedAt[0], cut.Since.Sub(p.epoch))
	require.Same(t, p.crashes[len(p.crashes)-1], cut.Last)

	var err error = fmt.Errorf("wrapped: %w", cut)
	var crash *supervisor.CrashError
	require.ErrorIs(t, err, supervisor.ErrCutoff)
	require.ErrorAs(t, err, &crash)
	require.Same(t, cut.Last, crash)
	require.ErrorIs(t, err, errBroken)
	require.Contains(t, cut.Error(), rule.String())
	require.Contains(t, cut.Error(), fmt.Sprintf("; %d %s)", cut.Crashes, amount.Word(cut.Crashes, "crash", "crashes")))
	require.Contains(t, cut.Error(), "broken")
	require.NotErrorIs(t, crash, supervisor.ErrCutoff)

	starts := p.count()
	time.Sleep(time.Hour)
	require.Equal(t, starts, p.count(), "nothing starts after the cutoff")
	require.Len(t, p.kinds(supervisor.Cutoff), 1)
	require.Equal(t, error(cut), p.kinds(supervisor.Cutoff)[0].Err)
	require.Equal(t, cut.Crashes, len(p.kinds(supervisor.ContainerCrashed)), "each crash is an event, the last one too")
	return cut
}

// TestCutoffCold checks the figures of the cold rule: five crashes in a row for one container, 68 starts at 1,000.
func TestCutoffCold(t *testing.T) {
	for _, c := range []struct{ containers, starts int }{{1, 5}, {2, 6}, {4, 8}, {1000, 68}} {
		t.Run(fmt.Sprint(c.containers), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Containers: c.containers, Serve: func(ctx context.Context, k *supervisor.Container) error {
					pause(ctx, time.Millisecond+time.Duration(k.Lineage())) // one after the other
					return errBroken
				}})
				<-p.Done()
				took := p.now()
				cut := requireCutoff(t, p, policy.RuleCold)
				require.Equal(t, supervisor.PhaseStart, cut.Last.Phase)
				require.Equal(t, c.starts, p.count())
				if c.containers == 1 {
					requireBetween(t, 880*time.Millisecond, 1755*time.Millisecond, took)
				} else {
					require.LessOrEqual(t, took, 5*time.Second)
				}
			})
		})
	}
}

// TestCutoffColdIdle checks containers that get ready and then die with nothing to do: that is a start that fails.
func TestCutoffColdIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Serve: func(_ context.Context, c *supervisor.Container) error {
			c.Ready()
			panic(errBroken)
		}})
		cut := requireCutoff(t, p, policy.RuleCold)
		require.Equal(t, 5, cut.Crashes)
		require.Equal(t, supervisor.PhaseIdle, cut.Last.Phase)
	})
}

// TestCutoffSustained checks that a pool which has worked is given 60 s in which nothing does.
func TestCutoffSustained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Serve: func(_ context.Context, c *supervisor.Container) error {
			c.Ready()
			if c.ID() == 0 {
				c.Finished(1)
			}
			panic(errBroken)
		}})
		<-p.Done()
		requireBetween(t, time.Minute, time.Minute+8*time.Second, p.now())
		cut := requireCutoff(t, p, policy.RuleSustained)
		require.Greater(t, cut.Crashes, 9)
	})
}

// TestCutoffSpared checks what must not be cut: progress in time, and a healthy majority.
func TestCutoffSpared(t *testing.T) {
	t.Run("every 20th container works", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := open(t, supervisor.Config{Containers: 1, Serve: func(_ context.Context, c *supervisor.Container) error {
				c.Ready()
				if c.ID()%20 == 0 {
					c.Finished(20)
				}
				panic(errBroken)
			}, Crashes: policy.Ephemeral{Sustain: 10 * time.Minute}})
			time.Sleep(time.Hour)
			require.Empty(t, p.cutoffs)
		})
	})
	t.Run("three of eight crash for ever", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := open(t, supervisor.Config{Containers: 8, Serve: func(ctx context.Context, c *supervisor.Container) error {
				c.Ready()
				if c.Lineage() < 5 {
					c.Finished(1)
					<-ctx.Done()
					return nil
				}
				pause(ctx, time.Millisecond)
				return errBroken
			}})
			time.Sleep(time.Hour)
			synctest.Wait()
			require.Empty(t, p.cutoffs)
			require.Equal(t, 8, p.Snapshot().StartDebt)
		})
	})
	t.Run("struck inputs", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := open(t, supervisor.Config{Containers: 1, Crashed: onStruck, Serve: func(_ context.Context, c *supervisor.Container) error {
				c.Ready()
				if c.ID() == 500 {
					return nil
				}
				return errBroken
			}})
			<-p.Done()
			require.Zero(t, p.now(), "a crash that tells of its input alone costs no wait")
			require.Empty(t, p.cutoffs)
			require.Len(t, p.crashes, 500)
		})
	})
}

func TestCutoffFatal(t *testing.T) {
	fatal := func(context.Context, *supervisor.Container) error {
		return errors.Join(errBroken, fmt.Errorf("no such file: %w", supervisor.ErrFatalStart))
	}
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Serve: fatal})
		<-p.Done()
		require.Zero(t, p.now(), "at once")
		cut := requireCutoff(t, p, policy.RuleFatal)
		require.Equal(t, 1, cut.Crashes)
		require.ErrorIs(t, cut, supervisor.ErrFatalStart)
	})
	t.Run("deployed goes on", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := open(t, supervisor.Config{Containers: 1, Crashes: policy.Deployed{}, Serve: fatal})
			time.Sleep(time.Hour)
			synctest.Wait()
			require.Empty(t, p.cutoffs)
			require.GreaterOrEqual(t, p.count(), 60, "the backoff of the one lineage ends at 60 s")
		})
	})
}

// TestCutoffErrorText checks what a person reads: which rule, by what, and how the last crash was.
func TestCutoffErrorText(t *testing.T) {
	t.Parallel()
	last := &supervisor.CrashError{Input: supervisor.NoInput, Exit: 3}
	for want, e := range map[string]supervisor.CutoffError{
		"cold: no container has ever come to work; 5 crashes":                           {Rule: policy.RuleCold, Crashes: 5},
		"cold: 97 different inputs were tried and none has ever finished; 99 crashes":   {Rule: policy.RuleCold, Crashes: 99, Inputs: 97, Streak: 96},
		"sustained: containers keep crashing at start-up; 20 crashes":                   {Rule: policy.RuleSustained, Crashes: 20},
		"sustained: 40 different inputs were tried since one last finished; 50 crashes": {Rule: policy.RuleSustained, Crashes: 50, Inputs: 40},
		"fatal: no start can succeed; 1 crash":                                          {Rule: policy.RuleFatal, Crashes: 1},
	} {
		e.Last = last
		require.EqualError(t, &e, "supervisor: crashes outweigh progress ("+want+"), last: "+last.Error())
	}
	var zero error = &supervisor.CutoffError{}
	require.ErrorIs(t, zero, supervisor.ErrCutoff)
	require.NotErrorIs(t, zero, errBroken, "and nothing panics")
	require.NoError(t, errors.Unwrap(zero))
}

// TestCrashesNil checks "nil means policy.Ephemeral{}". It does so in a process of its own, since a supervisor that
// fails takes the process down.
func TestCrashesNil(t *testing.T) {
	const key = "LONGSHORE_TEST_CRASHES_NIL"
	if os.Getenv(key) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestCrashesNil$")
		cmd.Env = append(os.Environ(), key+"=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return
	}
	synctest.Test(t, func(t *testing.T) {
		var cut *supervisor.CutoffError
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p := supervisor.Start(ctx, supervisor.Config{
			Containers: 1, Serve: failing,
			Crashed: idly,
			Cutoff:  func(err *supervisor.CutoffError) { cut = err; cancel() },
		})
		<-p.Done()
		require.Equal(t, policy.RuleCold, cut.Rule)
		require.Equal(t, 5, cut.Crashes)
	})
}
