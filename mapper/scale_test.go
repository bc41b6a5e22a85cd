package mapper_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// TestNobodyNeedsIt: a function that cannot start is not started for ever when no call waits any more.
func TestNobodyNeedsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errDown := errors.New("down")
		f, err := mapper.Deploy(t.Context(), mapper.WithState(
			func(context.Context) (int, error) { return 0, errDown },
			func(context.Context, int, int) (int, error) { return 0, nil }, nil), mapper.Options{Containers: 4})
		require.NoError(t, err)
		calls, err := f.SpawnAll(t.Context(), ints(10))
		require.NoError(t, err)
		time.Sleep(5 * time.Minute)
		pool := f.Stats().Pool
		require.True(t, pool.CrashLooping)
		require.ErrorIs(t, pool.Last, errDown)
		require.Equal(t, supervisor.PhaseStart, pool.Last.Phase)
		for _, c := range calls {
			c.Cancel()
		}
		time.Sleep(2 * time.Minute)
		starts := f.Stats().Pool.Starts
		time.Sleep(time.Hour)
		require.Equal(t, starts, f.Stats().Pool.Starts)
		require.NoError(t, f.Stop(t.Context()))
	})
}
