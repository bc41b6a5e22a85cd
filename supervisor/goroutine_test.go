package supervisor_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// TestGo checks what is told of a goroutine of a container's own, and that its end is not the container's.
func TestGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Containers: 2, Crashes: patient, Serve: w.serve})
		synctest.Wait()
		c := w.get(1).Container
		goes := func(f func()) *supervisor.CrashError {
			told := make(chan *supervisor.CrashError, 1)
			c.Go(f, func(crash *supervisor.CrashError) { told <- crash })
			return <-told
		}
		require.Nil(t, goes(func() {}))

		crash := goes(func() { explode(errBroken) })
		require.ErrorIs(t, crash, errBroken)
		require.Equal(t, 1, crash.Container)
		require.Equal(t, supervisor.NoInput, crash.Input)
		require.Empty(t, crash.Phase)
		require.False(t, crash.Goexit)
		require.Contains(t, crash.Error(), "container 1 crashed: panic: broken")
		require.Regexp(t, `^github.com/longshore-go/longshore/supervisor_test.explode\n`, crash.Stack, "innermost call first")

		crash = goes(leave)
		require.True(t, crash.Goexit)
		require.Nil(t, crash.Panic)
		require.Regexp(t, `^github.com/longshore-go/longshore/supervisor_test.leave\n`, crash.Stack)

		crash = goes(func() { panic(nil) })
		require.NotNil(t, crash.Panic)

		require.Equal(t, []supervisor.State{idleNow, idleNow}, p.states())
		require.Empty(t, p.crashes)
		require.Equal(t, 2, p.Snapshot().Starts)
	})
}

// TestGoEndsContainer checks the use it is for: the first crash of several goroutines is that of the container.
func TestGoEndsContainer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 1, Crashes: patient, Serve: func(ctx context.Context, c *supervisor.Container) error {
			c.Ready()
			if c.ID() > 0 {
				return idle(ctx, c)
			}
			ended := make(chan *supervisor.CrashError, 3)
			for i := range 3 {
				c.Go(func() {
					if i == 1 {
						explode("boom")
					}
				}, func(crash *supervisor.CrashError) { ended <- crash })
			}
			var first error
			for range 3 {
				if crash := <-ended; crash != nil {
					first = crash
				}
			}
			return first
		}})
		synctest.Wait()
		require.Len(t, p.crashes, 1)
		require.Equal(t, "boom", p.crashes[0].Panic)
		require.Contains(t, p.crashes[0].Stack, "explode")
		require.Equal(t, supervisor.PhaseIdle, p.crashes[0].Phase)
		require.Equal(t, 2, p.Snapshot().Starts)
	})
}
