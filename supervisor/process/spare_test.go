//go:build unix

package process_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

var _ = process.Register(whoami)

func whoami(context.Context, int) (int, error) { return os.Getpid(), nil }

// pidOf asks a worker who it is.
func pidOf(t *testing.T, inst supervisor.Instance) (pid int) {
	t.Helper()
	err := inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{1}}, func(_ int, v any, err error) {
		require.NoError(t, err)
		pid = v.(int)
	})
	require.NoError(t, err)
	return pid
}

// TestSpare: a container that starts later is a worker that was started before; one that has died meanwhile is not
// used; and the last container takes the spare ones with it.
func TestSpare(t *testing.T) {
	t.Parallel()
	r := process.New(process.Options{Spare: 2, Log: func(process.Line) {}})
	start := func() supervisor.Instance {
		inst, err := r.Open(t.Context(), supervisor.Launch{Function: whoami})
		require.NoError(t, err)
		return inst
	}
	spares := func() (pids []int) {
		require.Eventually(t, func() bool { pids, _ = r.Spares(); return len(pids) == 2 }, time.Minute, time.Millisecond)
		return pids
	}
	none, _ := r.Spares()
	require.Empty(t, none, "no container wants one yet")
	first := start()
	ready := spares()
	second := start()
	require.Equal(t, ready[0], pidOf(t, second))
	require.NotEqual(t, ready[0], pidOf(t, first))

	ready = spares()
	require.NoError(t, unix.Kill(ready[0], unix.SIGKILL))
	require.Eventually(t, func() bool { _, dead := r.Spares(); return dead == 1 }, time.Minute, time.Millisecond)
	third := start()
	require.Equal(t, ready[1], pidOf(t, third), "the first one is dead")

	ready = spares()
	for _, inst := range []supervisor.Instance{first, second, third} {
		require.True(t, alive(ready[0]))
		require.NoError(t, inst.Close(t.Context()))
	}
	none, _ = r.Spares()
	require.Empty(t, none)
	awaitDeath(t, ready)

	last := start()
	require.Len(t, spares(), 2, "and again")
	require.NoError(t, last.Close(t.Context()))
}

func TestSpareRefused(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 1001} {
		var bad *policy.InvalidError
		require.ErrorAs(t, process.New(process.Options{Spare: n}).Check(whoami), &bad)
		require.Equal(t, "Spare", bad.Field)
	}
}
