package mapper_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// TestCallOfItself: an attempt that calls its own function waits for a container that it holds itself, till its time is up.
func TestCallOfItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f *mapper.Function[int, int]
		f = deploy(t, mapper.Plain(func(ctx context.Context, i int) (int, error) {
			if i == 0 {
				return 1, nil
			}
			return f.Call(ctx, i-1)
		}), mapper.Options{Containers: 2, Timeout: time.Minute})
		v, err := f.Call(t.Context(), 1) // two containers are enough
		require.NoError(t, err)
		require.Equal(t, 1, v)

		began := time.Now()
		call, err := f.Spawn(t.Context(), 2)
		require.NoError(t, err)
		synctest.Wait()
		s := f.Stats()
		require.Equal(t, 2, s.Running) // so they say it, and nothing else does
		require.Equal(t, 1, s.Waiting)
		_, err = call.Get(t.Context())
		require.ErrorIs(t, err, mapper.ErrTimeout)
		require.Equal(t, time.Minute, time.Since(began))
		require.NoError(t, f.Stop(t.Context()))
	})
}
