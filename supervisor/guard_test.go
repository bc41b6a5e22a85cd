package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

type customError struct{ code int }

func (e *customError) Error() string { return fmt.Sprintf("custom %d", e.code) }

//go:noinline
func explode(v any) { panic(v) }

//go:noinline
func explodeElsewhere(v any) { panic(v) }

//go:noinline
func leave() { runtime.Goexit() }

// crashOf is how a pool of one reports the first end of its container by f.
func crashOf(t *testing.T, ready bool, f func() error) (crash *supervisor.CrashError) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Crashes: patient, Serve: func(ctx context.Context, c *supervisor.Container) error {
			if c.ID() > 0 {
				return idle(ctx, c)
			}
			if ready {
				c.Ready()
			}
			return f()
		}})
		synctest.Wait()
		require.Len(t, p.crashes, 1)
		crash = p.crashes[0]
		require.Equal(t, 0, crash.Container)
		require.Equal(t, supervisor.NoInput, crash.Input)
		snap := p.Snapshot()
		require.Equal(t, 2, snap.Starts, "the first crash is restarted at once")
		require.Same(t, crash, snap.Last)
	})
	return crash
}

func TestGuard(t *testing.T) {
	cases := []struct {
		name  string
		ends  func() error
		check func(*testing.T, *supervisor.CrashError)
	}{
		{"panic with a value", func() error { explode("boom"); return nil }, func(t *testing.T, crash *supervisor.CrashError) {
			require.Equal(t, "boom", crash.Panic)
			require.Contains(t, crash.Error(), "panic: boom")
			require.NoError(t, errors.Unwrap(crash))
			require.Contains(t, crash.Stack, "supervisor_test.explode")
			require.True(t, strings.HasPrefix(crash.Stack, "github.com/longshore-go/longshore/supervisor_test.explode\n"), crash.Stack)
			require.Contains(t, crash.Stack, "guard_test.go:")
		}},
		{"panic with an error", func() error { explode(fmt.Errorf("wrapped: %w", &customError{7})); return nil }, func(t *testing.T, crash *supervisor.CrashError) {
			var custom *customError
			require.ErrorAs(t, crash, &custom)
			require.Equal(t, 7, custom.code)
		}},
		{"panic with nil", func() error { explode(nil); return nil }, func(t *testing.T, crash *supervisor.CrashError) {
			var none *runtime.PanicNilError
			require.ErrorAs(t, crash, &none)
			require.False(t, crash.Goexit)
		}},
		{"runtime panic", func() error { _ = []int{}[len(t.Name())]; return nil }, func(t *testing.T, crash *supervisor.CrashError) {
			var fault runtime.Error
			require.ErrorAs(t, crash, &fault)
		}},
		{"Goexit", func() error { leave(); return nil }, func(t *testing.T, crash *supervisor.CrashError) {
			require.True(t, crash.Goexit)
			require.Nil(t, crash.Panic)
			require.Contains(t, crash.Error(), "runtime.Goexit")
			require.Contains(t, crash.Stack, "supervisor_test.leave")
		}},
		{"error", func() error { return errBroken }, func(t *testing.T, crash *supervisor.CrashError) {
			require.Equal(t, errBroken, crash.Err)
			require.ErrorIs(t, crash, errBroken)
			require.Contains(t, crash.Error(), "broken")
			require.False(t, crash.Goexit)
		}},
		{"a runtime's own crash", func() error {
			return &supervisor.CrashError{Container: 99, Input: supervisor.NoInput, Exit: 137, Signal: "killed", OOM: true, Output: "last words"}
		}, func(t *testing.T, crash *supervisor.CrashError) {
			require.Equal(t, "last words", crash.Output)
			require.Contains(t, crash.Error(), "out of memory")
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			early := crashOf(t, false, c.ends)
			require.Equal(t, supervisor.PhaseStart, early.Phase)
			require.Contains(t, early.Error(), "at start-up")
			c.check(t, early)

			late := crashOf(t, true, c.ends)
			require.Equal(t, supervisor.PhaseIdle, late.Phase)
			require.Contains(t, late.Error(), "while idle")
			c.check(t, late)
		})
	}
}

// TestLockedThread: one that was left locked ends with its container.
func TestLockedThread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stacks []string
		p := open(t, supervisor.Config{Containers: 1, Crashes: patient, Serve: func(ctx context.Context, c *supervisor.Container) error {
			stack := make([]byte, 1000)
			stacks = append(stacks, string(stack[:runtime.Stack(stack, false)]))
			if c.ID() == 0 {
				runtime.LockOSThread()
				runtime.LockOSThread()
				explode("boom")
			}
			return idle(ctx, c)
		}})
		synctest.Wait()
		require.Len(t, p.crashes, 1)
		require.Len(t, stacks, 2)
		require.NotContains(t, stacks[1], "locked to thread")
	})
}

// TestForeignCrash: what a start has returned is its user's, whatever it says.
func TestForeignCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var foreign supervisor.CrashError // of container 0
		p := open(t, supervisor.Config{Containers: 1, Crashes: patient, Serve: func(ctx context.Context, c *supervisor.Container) error {
			if c.ID() == 0 {
				return &foreign
			}
			return idle(ctx, c)
		}})
		synctest.Wait()
		require.Len(t, p.crashes, 1)
		require.Equal(t, supervisor.PhaseStart, p.crashes[0].Phase)
		require.Equal(t, supervisor.CrashError{}, foreign)
	})
}

// TestStacks checks that remembering stacks never mixes them up.
func TestStacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 600 // more than are remembered, all at two places
		p := open(t, supervisor.Config{Containers: 1, Plain: true, Crashes: patient, Serve: func(ctx context.Context, c *supervisor.Container) error {
			c.Finished(1) // pays for the restart
			switch {
			case c.ID() >= n:
				<-ctx.Done()
			case c.ID()%2 == 0:
				explode(c.ID())
			default:
				explodeElsewhere(c.ID())
			}
			return nil
		}})
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Len(t, p.crashes, n)
		for i, crash := range p.crashes {
			require.Equal(t, i, crash.Panic)
			require.Equal(t, i%2 == 1, strings.Contains(crash.Stack, "explodeElsewhere"), crash.Stack)
			require.Equal(t, p.crashes[i%2].Stack, crash.Stack)
		}
		require.Zero(t, p.now()-time.Minute, "no restart has waited")
	})
}
