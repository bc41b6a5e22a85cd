package mapper_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// A cancelled call whose attempt heeds that leaves its container alone.
func TestCancelIsHeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.Plain(func(ctx context.Context, n int) (int, error) {
			if n == 1 {
				<-ctx.Done()
				return 0, context.Cause(ctx)
			}
			time.Sleep(time.Second)
			return n, nil
		}), mapper.Options{Containers: 1})
		calls, err := f.SpawnAll(t.Context(), ints(3))
		require.NoError(t, err)
		time.Sleep(1500 * time.Millisecond)
		calls[1].Cancel()
		_, err = calls[1].Poll()
		require.Equal(t, mapper.ErrCancelled, err)
		v, err := calls[2].Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, v)
		require.Equal(t, 1, f.Stats().Pool.Starts)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// An attempt that ignores that its call is cancelled has Grace. One that returns in the very
// moment when that is over must not take the next call down with it.
func TestCancelHitsNobodyElse(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			f := deploy(t, lasting(2*time.Second), mapper.Options{Containers: 8})
			calls, err := f.SpawnAll(t.Context(), ints(16))
			require.NoError(t, err)
			time.Sleep(time.Second)
			for _, c := range calls[:8] {
				c.Cancel()
			}
			values, err := mapper.Gather(t.Context(), calls[8:]...)
			require.NoError(t, err)
			require.Equal(t, ints(16)[8:], values)
			require.NoError(t, f.Stop(t.Context()))
		})
	}
}

// A call whose context ends fails with its cause, also where the attempt, which sees the same
// end, is the first to return.
func TestCallEndsWithItsCause(t *testing.T) {
	for range 300 {
		synctest.Test(t, func(t *testing.T) {
			f := deploy(t, mapper.Plain(func(ctx context.Context, n int) (int, error) {
				<-ctx.Done()
				return 0, ctx.Err()
			}), mapper.Options{Containers: 8})
			ctx, cancel := context.WithCancelCause(t.Context())
			calls, err := f.SpawnAll(ctx, ints(8))
			require.NoError(t, err)
			synctest.Wait()
			cancel(errCancelled)
			for _, c := range calls {
				_, err := c.Get(t.Context())
				require.Equal(t, errCancelled, err)
			}
			require.NoError(t, f.Stop(t.Context()))
		})
	}
}

// TestNothingBeginsAfterTheEnd: who has ended a context has ended what begins by it, however busy the processors are
// that are to tell of it. Inputs that take a while are claimed one at a time.
func TestNothingBeginsAfterTheEnd(t *testing.T) {
	t.Parallel()
	for name, door := range map[string]func(context.Context, func(context.Context, int) (int, error)){
		"a run": func(ctx context.Context, fn func(context.Context, int) (int, error)) {
			_, err := mapper.Collect(ctx, fn, ints(500), mapper.Options{Containers: 1})
			require.ErrorIs(t, err, context.Canceled)
		},
		"a run on a function": func(ctx context.Context, fn func(context.Context, int) (int, error)) {
			f := deploy(t, mapper.Plain(fn), mapper.Options{Containers: 1})
			_, err := f.Collect(ctx, ints(500), mapper.RunOptions{})
			require.ErrorIs(t, err, context.Canceled)
		},
		"calls": func(ctx context.Context, fn func(context.Context, int) (int, error)) {
			f := deploy(t, mapper.Plain(fn), mapper.Options{Containers: 1})
			calls, _ := f.SpawnAll(ctx, ints(500))
			for _, c := range calls {
				<-c.Done()
			}
		},
		"a function": func(ctx context.Context, fn func(context.Context, int) (int, error)) {
			f, err := mapper.Deploy(ctx, mapper.Plain(fn), mapper.Options{Containers: 1})
			require.NoError(t, err)
			_, _ = f.SpawnAll(t.Context(), ints(500))
			<-f.Done()
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var over atomic.Bool
		var late atomic.Int32
		door(ctx, func(_ context.Context, i int) (int, error) {
			if over.Load() {
				late.Add(1)
			}
			for began := time.Now(); time.Since(began) < 100*time.Microsecond; {
			}
			if i == 20 {
				cancel()
				over.Store(true)
			}
			return i, nil
		})
		cancel()
		require.Zero(t, late.Load(), name)
	}
}
