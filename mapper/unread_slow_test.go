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

// TestSlowReaderLosesNothing: the context ends, and the reader goes on with long pauses: every result that was
// finished comes, and with ReturnExceptions one for each input that was not.
func TestSlowReaderLosesNothing(t *testing.T) {
	for _, pause := range []time.Duration{0, 250 * time.Millisecond, time.Minute, 50 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			const n = 5000
			ctx, cancel := context.WithCancel(t.Context())
			var executed atomic.Int32
			results := mapper.Map(ctx, func(_ context.Context, i int) (int, error) {
				executed.Add(1)
				return i, nil
			}, ints(n), mapper.Options{Outstanding: 900, ReturnExceptions: true})
			synctest.Wait()
			cancel()
			next, finished := 0, 0
			for r := range results {
				require.Equal(t, next, r.Index)
				next++
				if r.Err == nil {
					finished++
				} else {
					require.ErrorIs(t, r.Err, context.Canceled)
				}
				if next%1000 == 1 {
					time.Sleep(pause)
				}
			}
			require.Equal(t, n, next)
			require.EqualValues(t, executed.Load(), finished)
			require.Greater(t, finished, 700, "the window was full")
		})
	}
}

// TestReaderWhoHasLeft: nobody reads after the end of the context: no goroutine is left, and after an hour nothing at
// all.
func TestReaderWhoHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		results := mapper.Map(ctx, square, ints(5000), mapper.Options{Outstanding: 900})
		synctest.Wait()
		cancel()
		time.Sleep(2 * time.Hour)
		n := 0
		for range results {
			n++
		}
		require.Positive(t, n, "what is in the channel stays there")
		require.Less(t, n, 900)
	})
}

// TestOutstandingEqualToContainers: all containers work, although the results go through a channel.
func TestOutstandingEqualToContainers(t *testing.T) {
	for _, containers := range []int{1, 8, 64} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			begin := time.Now()
			results := mapper.Map(ctx, func(ctx context.Context, i int) (int, error) {
				return i, during(ctx, time.Second)
			}, ints(10*containers), mapper.Options{Containers: containers, Outstanding: containers})
			for range results {
			}
			require.Equal(t, 10*time.Second, time.Since(begin))
		})
	}
}
