package supervisor_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// TestRun: nothing of a pool begins before Run, which supervises it until it has ended.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var served atomic.Int32
		s := supervisor.New(t.Context(), supervisor.Config{
			Containers: 1, Plain: true,
			Serve: func(context.Context, *supervisor.Container) error {
				served.Add(1)
				time.Sleep(time.Second)
				return nil
			},
		})
		s.More(1)
		synctest.Wait()
		require.Zero(t, served.Load())
		began := time.Now()
		s.Run()
		require.EqualValues(t, 2, served.Load())
		require.Equal(t, time.Second, time.Since(began))
		<-s.Done()
		require.Equal(t, 2, s.Snapshot().Starts, "also when it has ended")
	})
}

// TestEnded is told once, of a context that ends before the pool does, and of nothing else.
func TestEnded(t *testing.T) {
	for name, c := range map[string]struct {
		ends  time.Duration // the context
		takes time.Duration // a container
		heeds bool          // the end of its context
		told  int
	}{
		"the pool first":        {time.Hour, time.Second, true, 0},
		"its context first":     {time.Second, time.Hour, true, 1},
		"it has before":         {0, time.Hour, true, 1},
		"containers outlive it": {time.Second, 3 * time.Second, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.ends)
				defer cancel()
				told := 0
				supervisor.New(ctx, supervisor.Config{
					Containers: 2, Plain: true, Grace: time.Minute,
					Ended: func() {
						require.Error(t, ctx.Err())
						told++
					},
					Serve: func(ctx context.Context, _ *supervisor.Container) error {
						var end <-chan struct{}
						if c.heeds {
							end = ctx.Done()
						}
						select {
						case <-time.After(c.takes):
						case <-end:
						}
						return nil
					},
				}).Run()
				require.Equal(t, c.told, told)
			})
		})
	}
}
