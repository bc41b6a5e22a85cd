package mapper_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// A batch that is late is late for each of its inputs, whether it heeds its context or not.
func TestBatchTimesOut(t *testing.T) {
	for name, heeds := range map[string]bool{"heeds": true, "ignores": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var begun atomic.Bool
				body := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
					if begun.Swap(true) {
						return in, nil
					}
					if heeds {
						<-ctx.Done()
					} else {
						time.Sleep(time.Minute)
					}
					return in, nil
				}, mapper.Batch{Size: 3})
				f := deploy(t, body, mapper.Options{Containers: 1, Timeout: time.Second, Retries: policy.FixedRetries(1)})
				for i, r := range results(f.Map(t.Context(), ints(6), mapper.RunOptions{ReturnExceptions: true})) {
					want := mapper.Result[int, int]{Index: i, Input: i, Value: i, Attempts: 1}
					if i < 3 {
						want.Attempts = 2
					}
					require.Equal(t, want, r)
				}
				abandoned := 1
				if heeds {
					abandoned = 0
				}
				require.Equal(t, abandoned, f.Stats().Pool.Abandoned)
				time.Sleep(time.Hour)
				require.NoError(t, f.Stop(t.Context()))
			})
		})
	}
}

// A batch waits for others from the moment when a container could have taken its first
// input, and not at all when it is full or nobody can come any more.
func TestBatchWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatches()
		f := deploy(t, b.body(mapper.Batch{Size: 3, Wait: time.Second}, func(int, int) error { return nil }), mapper.Options{Containers: 2})
		spawn := func(n int) {
			_, err := f.Spawn(t.Context(), n)
			require.NoError(t, err)
		}
		spawn(0)
		time.Sleep(900 * time.Millisecond)
		spawn(1) // its wait ends with that of the first
		time.Sleep(time.Second)
		for n := range 3 {
			spawn(10 + n)
		}
		synctest.Wait()
		spawn(20)
		time.Sleep(100 * time.Millisecond)
		require.NoError(t, f.Stop(t.Context())) // nobody can come any more
		require.Equal(t, [][]int{{0, 1}, {10, 11, 12}, {20}}, b.seen)
		require.Equal(t, []time.Duration{time.Second, 1900 * time.Millisecond, 2 * time.Second}, b.at)
	})
}

// A call that is cancelled leaves its batch alone; one that waits for its batch leaves it.
func TestCancelInsideABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatches()
		body := b.body(mapper.Batch{Size: 3, Wait: time.Second}, func(n, _ int) error {
			time.Sleep(time.Second)
			return nil
		})
		f := deploy(t, body, mapper.Options{Containers: 1})
		calls, err := f.SpawnAll(t.Context(), ints(5))
		require.NoError(t, err)
		time.Sleep(500 * time.Millisecond)
		calls[1].Cancel() // executes
		calls[4].Cancel() // waits
		for i, c := range calls {
			v, err := c.Get(t.Context())
			if i == 1 || i == 4 {
				require.Equal(t, mapper.ErrCancelled, err)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, 2*i, v)
		}
		require.Equal(t, [][]int{{0, 1, 2}, {3}}, b.seen)
		require.Zero(t, f.Stats().Pool.Abandoned)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// Recycling counts inputs and not batches, and does not make batches smaller than it must.
func TestRecycledBetweenBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatches()
		f := deploy(t, b.body(mapper.Batch{Size: 4}, func(int, int) error { return nil }), mapper.Options{
			Containers: 1, Recycle: mapper.Recycle{Inputs: 8},
		})
		_, err := f.Collect(t.Context(), ints(64), mapper.RunOptions{})
		require.NoError(t, err)
		for _, in := range b.seen {
			require.Len(t, in, 4)
		}
		synctest.Wait()
		require.GreaterOrEqual(t, f.Stats().Pool.Starts, 8)
		require.LessOrEqual(t, f.Stats().Pool.Starts, 9) // one for what may come
		require.NoError(t, f.Stop(t.Context()))
	})
}
