package mapper_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// TestFunctionStatsOfRuns: the inputs of runs are counted while they go on and when they are over, and never come back.
func TestFunctionStatsOfRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.Plain(func(ctx context.Context, i int) (int, error) {
			if err := during(ctx, time.Second); err != nil {
				return 0, err
			}
			if i%2 == 1 {
				return 0, errors.New("odd")
			}
			return i, nil
		}), mapper.Options{Containers: 1})
		all := mapper.RunOptions{ReturnExceptions: true}
		check := func(succeeded, failed int) {
			t.Helper()
			synctest.Wait()
			s := f.Stats()
			require.Equal(t, succeeded, s.InputsSucceeded)
			require.Equal(t, failed, s.InputsFailed)
			require.Zero(t, s.Succeeded+s.Failed+s.Cancelled) // no calls
		}
		check(0, 0)
		_, err := f.Collect(t.Context(), ints(6), all)
		require.Error(t, err)
		check(3, 3)

		run, err := f.Start(t.Context(), upTo(100), all)
		require.NoError(t, err)
		time.Sleep(4*time.Second + time.Millisecond)
		check(5, 5) // it goes on
		run.Stop()
		n := 0
		for r := range run.All() {
			if !r.Unfinished {
				n++
			}
		}
		require.Equal(t, 4, n)
		check(5, 5)

		_, err = f.Collect(t.Context(), ints(6), mapper.RunOptions{}) // 0 is well, and 1 ends the run
		require.Error(t, err)
		check(6, 6)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, f.Each(ctx, ints(6), mapper.RunOptions{}), context.Canceled)
		check(6, 6)
		require.NoError(t, f.Stop(t.Context()))
		check(6, 6)
	})
}

// TestFunctionStatsNeverFall: a run is counted once, also at the moment when it ends.
func TestFunctionStatsNeverFall(t *testing.T) {
	f := deploy(t, mapper.Plain(square), mapper.Options{Containers: 2})
	over := make(chan struct{})
	go func() {
		defer close(over)
		for range 300 {
			for range f.Map(t.Context(), ints(20), mapper.RunOptions{}) {
			}
		}
	}()
	for last, going := 0, true; going; {
		select {
		case <-over:
			going = false
		default:
		}
		now := f.Stats().InputsSucceeded
		require.GreaterOrEqual(t, now, last)
		last = now
	}
	require.Equal(t, 6000, f.Stats().InputsSucceeded)
	require.NoError(t, f.Stop(t.Context()))
}

// TestFunctionStatsCancelled: calls that were withdrawn, or left unfinished, are apart from those that have failed.
func TestFunctionStatsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.Plain(func(ctx context.Context, i int) (int, error) {
			if i == 0 {
				return 0, errors.New("zero")
			}
			return 0, during(ctx, time.Hour)
		}), mapper.Options{Containers: 1})
		_, err := f.Call(t.Context(), 0)
		require.EqualError(t, err, "zero")
		calls, err := f.SpawnAll(t.Context(), slices.Collect(upTo(4))[1:])
		require.NoError(t, err)
		synctest.Wait()
		calls[0].Cancel() // executes
		calls[2].Cancel() // waits
		synctest.Wait()
		s := f.Stats()
		require.Equal(t, 3, s.Failed)
		require.Equal(t, 2, s.Cancelled)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, f.Stop(ctx), context.DeadlineExceeded)
		s = f.Stats()
		require.Equal(t, 4, s.Failed)
		require.Equal(t, 3, s.Cancelled)
	})
}
