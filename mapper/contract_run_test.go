package mapper_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// napping is a function that takes a second and counts.
type napping struct{ begun, ended, cancelled atomic.Int64 }

func (n *napping) fn(ctx context.Context, i int) (int, error) {
	n.begun.Add(1)
	defer n.ended.Add(1)
	err := during(ctx, time.Second)
	if err != nil {
		n.cancelled.Add(1)
	}
	return i, err
}

// TestContractBreak: the run is stopped and joined before the loop statement returns.
func TestContractBreak(t *testing.T) {
	leave := map[string]func(run *mapper.Run[int, int]){
		"break": func(run *mapper.Run[int, int]) {
			for range run.All() {
				synctest.Wait()
				break
			}
		},
		"return": func(run *mapper.Run[int, int]) {
			for range run.All() {
				synctest.Wait()
				return
			}
		},
	}
	for name, leave := range leave {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var n napping
				run, err := mapper.Start(t.Context(), n.fn, slices.Values(ints(100)), mapper.Options{Containers: 5})
				require.NoError(t, err)
				begin := time.Now()
				leave(run)
				require.Equal(t, time.Second, time.Since(begin))
				require.Equal(t, n.begun.Load(), n.ended.Load(), "joined")
				require.Positive(t, n.cancelled.Load())
				require.Equal(t, mapper.ErrStopped, run.Wait())
				require.Zero(t, run.Stats().Pool.Live)
				begun := n.begun.Load()
				time.Sleep(time.Hour)
				require.Equal(t, begun, n.begun.Load())
				require.Empty(t, slices.Collect(run.All()), "All is for one use")
				_, open := <-run.Results()
				require.False(t, open)
			})
		})
	}
}

// TestContractStop: nothing new starts, running attempts are cancelled, what is finished is delivered: at once, where the
// channel has room for it.
func TestContractStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n napping
		run, err := mapper.Start(t.Context(), n.fn, slices.Values(ints(60)), mapper.Options{Containers: 5, ReturnExceptions: true})
		require.NoError(t, err)
		results := run.Results()
		require.Equal(t, results, run.Results(), "the same channel at each call")
		time.Sleep(2500 * time.Millisecond)
		begin := time.Now()
		run.Stop()
		run.Stop()
		require.Zero(t, time.Since(begin), "Stop does not block")
		good, bad := 0, 0
		for r := range results {
			require.Equal(t, good+bad, r.Index)
			if r.Err == nil {
				good++
				continue
			}
			require.Equal(t, mapper.ErrStopped, r.Err)
			bad++
		}
		require.Equal(t, []int{10, 50}, []int{good, bad})
		require.Zero(t, time.Since(begin))
		require.EqualValues(t, 15, n.begun.Load())
		require.EqualValues(t, 5, n.cancelled.Load())
		require.Equal(t, mapper.ErrStopped, run.Wait())
	})
}

func TestContractStopAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n napping
		run, err := mapper.Start(t.Context(), n.fn, slices.Values(ints(3)), mapper.Options{})
		require.NoError(t, err)
		require.Len(t, slices.Collect(run.All()), 3)
		run.Stop()
		require.NoError(t, run.Wait())
	})
}

// TestContractWait: Wait returns while another goroutine reads, or without one as long as Outstanding allows it.
func TestContractWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n napping
		run, err := mapper.Start(t.Context(), n.fn, slices.Values(ints(10)), mapper.Options{Containers: 5})
		require.NoError(t, err)
		begin := time.Now()
		require.NoError(t, run.Wait())
		require.Equal(t, 2*time.Second, time.Since(begin))
		require.Len(t, slices.Collect(run.All()), 10, "results wait for their reader")
	})
}

// TestContractReaderLeaves: whoever leaves a channel and cancels leaves nothing behind.
func TestContractReaderLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var n napping
		results := mapper.Map(ctx, n.fn, ints(10_000), mapper.Options{Containers: 50})
		<-results
		cancel()
	}) // the bubble would not end
}

// TestContractStats follows the numbers of a run.
func TestContractStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			a, _ := mapper.AttemptFrom(ctx)
			switch {
			case i == 0 && a.Attempt == 1:
				return 0, errors.New("flaky")
			case i == 1 && a.Attempt == 1:
				panic(errCrash)
			case i == 2:
				return 0, policy.Permanent(errors.New("bad"))
			}
			return i, during(ctx, 10*time.Second)
		}, slices.Values(ints(5)), mapper.Options{
			Containers: 5, ReturnExceptions: true, Retries: policy.Retries{MaxRetries: 1, InitialDelay: 5 * time.Second},
		})
		require.NoError(t, err)
		results := run.Results()
		synctest.Wait()
		s := run.Stats()
		pool := s.Pool
		s.Pool = supervisor.Snapshot{}
		require.Equal(t, mapper.Stats{Inputs: 5, Taken: 5, Failed: 1, Retrying: 1, Running: 3, Retries: 1, Reruns: 1}, s)
		require.Equal(t, []int{5, 6, 1}, []int{pool.Live, pool.Starts, pool.Crashes})
		require.Len(t, slices.Collect(drained(results)), 5)
		s = run.Stats()
		s.Pool = supervisor.Snapshot{}
		require.Equal(t, mapper.Stats{Inputs: 5, Taken: 5, Delivered: 5, Succeeded: 4, Failed: 1, Retries: 1, Reruns: 1}, s)
	})
}

// TestContractAttemptFrom: index, attempt and container, inside fn and nowhere else.
func TestContractAttemptFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ok := mapper.AttemptFrom(t.Context())
		require.False(t, ok)
		var seen tally[mapper.Attempt]
		type key struct{}
		_, err := mapper.Collect(context.WithValue(t.Context(), key{}, 42), func(ctx context.Context, i int) (int, error) {
			child, cancel := context.WithCancel(context.WithValue(ctx, key{}, ctx.Value(key{})))
			defer cancel()
			a, ok := mapper.AttemptFrom(child)
			seen.add(a)
			switch {
			case !ok || child.Value(key{}) != 42:
				return 0, policy.Permanent(errors.New("lost on the way"))
			case i == 1 && a.Attempt == 1:
				return 0, errors.New("flaky")
			case i == 1 && a.Attempt == 2:
				panic(errCrash)
			}
			return i, nil
		}, ints(3), mapper.Options{Containers: 1, Retries: policy.FixedRetries(1)})
		require.NoError(t, err)
		require.Equal(t, []mapper.Attempt{{0, 1, 0}, {1, 1, 0}, {2, 1, 0}, {1, 2, 0}, {1, 3, 1}}, seen.all())
	})
}
