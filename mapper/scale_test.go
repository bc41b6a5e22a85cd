package mapper_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// TestDeployHasOneNumberOfContainers: Containers and Scale.Max are two names of it, and must not differ.
func TestDeployHasOneNumberOfContainers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, opts := range []mapper.Options{
			{Containers: 2, Scale: mapper.Scale{Max: 3}},
			{Containers: 3, Scale: mapper.Scale{Max: 2}},
		} {
			_, err := mapper.Deploy(t.Context(), mapper.Plain(square), opts)
			requireField(t, "Containers", err)
		}
		for _, most := range []int{-1, math.MaxInt} {
			_, err := mapper.Deploy(t.Context(), mapper.Plain(square), mapper.Options{Scale: mapper.Scale{Max: most}})
			requireField(t, "Scale.Max", err)
		}
		for _, opts := range []mapper.Options{
			{Containers: 2, Scale: mapper.Scale{Max: 2}},
			{Containers: 2},
			{Scale: mapper.Scale{Max: 2}},
		} {
			f := deploy(t, mapper.Plain(square), opts)
			require.Equal(t, 2, f.Scale().Max)
			require.Equal(t, 2, f.Options().Containers)
			require.NoError(t, f.SetScale(mapper.Scale{Max: 5}))
			require.Equal(t, 5, f.Scale().Max)
			require.NoError(t, f.Stop(t.Context()))
		}
	})
}

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

// TestSetScaleIsInForce: from its return on no more execute than it says, but for those that did already.
func TestSetScaleIsInForce(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			gates := []chan struct{}{make(chan struct{}), make(chan struct{})}
			var executing atomic.Int32
			f := deploy(t, mapper.Plain(func(_ context.Context, i int) (int, error) {
				executing.Add(1)
				defer executing.Add(-1)
				<-gates[min(i/3, 1)]
				return i, nil
			}), mapper.Options{Scale: mapper.Scale{Max: 3}})
			calls, err := f.SpawnAll(t.Context(), ints(9))
			require.NoError(t, err)
			synctest.Wait()
			require.Equal(t, int32(3), executing.Load())
			scale := f.Scale()
			scale.Max = 2
			require.NoError(t, f.SetScale(scale))
			close(gates[0])
			synctest.Wait()
			require.Equal(t, int32(2), executing.Load())
			close(gates[1])
			_, err = mapper.Gather(t.Context(), calls...)
			require.NoError(t, err)
			require.NoError(t, f.SetScale(scale))
			require.NoError(t, f.Stop(t.Context()))
			require.ErrorIs(t, f.SetScale(scale), mapper.ErrStopped)
		})
	}
}

// TestUnusedScaleCostsNothing: a function costs what its containers do, not what they might be.
func TestUnusedScaleCostsNothing(t *testing.T) {
	allocated := func(most int) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f := deploy(t, mapper.Plain(squared), mapper.Options{Scale: mapper.Scale{Max: most}})
		_, err := f.Call(t.Context(), 1)
		require.NoError(t, err)
		require.NoError(t, f.Stop(t.Context()))
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(2)
	require.Less(t, allocated(1<<20), uint64(1<<20))
}
