package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// lostWith is how a runtime tells that a machine is gone.
func lostWith(err error) error {
	return &supervisor.CrashError{Input: supervisor.NoInput, Err: fmt.Errorf("machine 7: %w", err)}
}

// TestLost checks that a container which goes with its machine is no crash for any rule, and is replaced at once.
func TestLost(t *testing.T) {
	for name, crashes := range map[string]policy.Crashes{"ephemeral": policy.Ephemeral{}, "deployed": policy.Deployed{}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Containers: 2, Crashes: crashes, Crashed: onFresh, Serve: func(ctx context.Context, c *supervisor.Container) error {
					c.Ready()
					if c.ID() < 500 {
						return lostWith(supervisor.ErrLost)
					}
					<-ctx.Done()
					return nil
				}})
				synctest.Wait()
				require.Zero(t, p.now())
				snap := p.Snapshot()
				require.Equal(t, 500, snap.Lost)
				require.Equal(t, 2, snap.Live)
				require.Zero(t, snap.Crashes+snap.StartDebt+snap.Streak+snap.Inputs)
				require.Nil(t, snap.Last)
				require.False(t, p.Alarm().Raised())
				require.Len(t, p.crashes, 500, "the owner of the work is told all the same")
				require.ErrorIs(t, p.crashes[0], supervisor.ErrLost)
				require.Empty(t, p.kinds(supervisor.ContainerCrashed))
				stopped := p.kinds(supervisor.ContainerStopped)
				require.Len(t, stopped, 500)
				require.ErrorIs(t, stopped[0].Err, supervisor.ErrLost)
				require.ErrorContains(t, stopped[0].Err, " was lost while idle: machine 7")
			})
		})
	}
}

// TestLostAtStart: a link that is down is not tried in a hot loop, and never ends the run.
func TestLostAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Serve: func(context.Context, *supervisor.Container) error {
			return lostWith(supervisor.ErrLost)
		}})
		time.Sleep(time.Hour)
		synctest.Wait()
		requireBetween(t, 60*60/8, 60*60/4+10, time.Duration(p.count()))
		require.Empty(t, p.cutoffs)
		require.Zero(t, p.Snapshot().StartDebt)
	})
}

// hostile is an error that does a harmful thing when it is asked for what it wraps.
type hostile struct{ does func() error }

func (h hostile) Error() string { return "hostile" }
func (h hostile) Unwrap() error { return h.does() }

// TestMarkThatBlocks: a container whose error does not say what it wraps is replaced nevertheless.
func TestMarkThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := make(chan struct{})
		defer close(asked)
		p := open(t, supervisor.Config{Containers: 1, Serve: func(ctx context.Context, k *supervisor.Container) error {
			if k.ID() > 0 {
				return idle(ctx, k)
			}
			return hostile{func() error { <-asked; return nil }}
		}})
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.Equal(t, 2, p.Snapshot().Starts)
		require.Empty(t, p.cutoffs)
	})
}

// TestMarks checks what is a fatal start: the mark in what this pool's own start has returned, and nothing else.
func TestMarks(t *testing.T) {
	fatal := supervisor.ErrFatalStart
	nested := &supervisor.CutoffError{Rule: policy.RuleFatal, Last: &supervisor.CrashError{Err: fatal}}
	self := &hostile{}
	self.does = func() error { return self }
	for name, c := range map[string]struct {
		ready bool
		ends  func() error
		fatal bool
	}{
		"returned":                {false, func() error { return fatal }, true},
		"wrapped":                 {false, func() error { return fmt.Errorf("no such file: %w", errors.Join(errBroken, fatal)) }, true},
		"a crash of the runtime":  {false, func() error { return lostWith(fatal) }, true},
		"panic at start-up":       {false, func() error { panic(fatal) }, false},
		"panic that is told":      {false, func() error { return &supervisor.CrashError{Panic: "boom", Err: fatal} }, false},
		"a crash that is nested":  {false, func() error { return fmt.Errorf("enter: %w", nested.Last) }, false},
		"of something nested":     {false, func() error { return fmt.Errorf("enter: %w", nested) }, false},
		"later":                   {true, func() error { return fatal }, false},
		"panic later":             {true, func() error { panic(fatal) }, false},
		"Unwrap panics":           {false, func() error { return hostile{func() error { panic("boom") }} }, false},
		"Unwrap of a nil pointer": {false, func() error { return (*hostile)(nil) }, false},
		"Unwrap calls Goexit":     {false, func() error { return hostile{func() error { runtime.Goexit(); return fatal }} }, false},
		"wraps itself":            {false, func() error { return self }, false},
		"a nil crash":             {false, func() error { return (*supervisor.CrashError)(nil) }, false},
		"no error":                {false, func() error { return lostWith(nil) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, supervisor.Config{Containers: 1, Serve: func(ctx context.Context, k *supervisor.Container) error {
					if k.ID() > 0 {
						return idle(ctx, k)
					}
					if c.ready {
						k.Ready()
					}
					return c.ends()
				}})
				synctest.Wait()
				require.Equal(t, c.fatal, len(p.cutoffs) == 1)
				if c.fatal {
					require.ErrorContains(t, p.cutoffs[0], "no start can succeed")
				} else {
					require.Equal(t, 1, p.Snapshot().Live)
				}
			})
		})
	}
}

// TestLostWhileIdle: where the one that is lost was ready, there is nothing to wait for.
func TestLostWhileIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{
			Containers: 1,
			Crashed: func(*supervisor.Container, *supervisor.CrashError) supervisor.Evidence {
				return supervisor.Evidence{Idle: true}
			},
			Serve: func(ctx context.Context, c *supervisor.Container) error {
				c.Ready()
				if c.ID() < 5 {
					return lostWith(supervisor.ErrLost)
				}
				<-ctx.Done()
				return nil
			},
		})
		synctest.Wait()
		require.Zero(t, p.now())
		require.Equal(t, 5, p.Snapshot().Lost)
	})
}
