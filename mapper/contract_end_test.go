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

// outcomes maps each index to what came of it: its attempt's work takes so long, then its error.
type outcomes map[int]struct {
	takes time.Duration
	err   error
}

func (o outcomes) fn(ctx context.Context, i int) (int, error) {
	if err := during(ctx, o[i].takes); err != nil {
		return 0, err
	}
	return 10 * i, o[i].err
}

// TestContractFirstFailure: without ReturnExceptions the first input to fail for good ends the run at once.
func TestContractFirstFailure(t *testing.T) {
	boom := &ownError{1}
	work := outcomes{
		0: {takes: time.Second}, 1: {takes: time.Hour}, 2: {takes: 3 * time.Second},
		3: {takes: 4 * time.Second, err: boom}, 4: {takes: time.Hour, err: errors.New("later")}, 5: {takes: 2 * time.Second},
	}
	failure := result{Index: 3, Input: 3, Err: boom, Attempts: 1}
	ordered := []result{{Index: 0, Input: 0, Value: 0, Attempts: 1}, {Index: 2, Input: 2, Value: 20, Attempts: 1}, failure}
	unordered := []result{ordered[0], {Index: 5, Input: 5, Value: 50, Attempts: 1}, ordered[1], failure}
	opts := mapper.Options{Containers: 6}
	input := &mapper.InputError{Index: 3, Attempts: 1, Err: boom}

	rows := map[string]func(*testing.T){
		"All": func(t *testing.T) {
			run, err := mapper.Start(t.Context(), work.fn, slices.Values(ints(6)), opts)
			require.NoError(t, err)
			require.Equal(t, ordered, slices.Collect(run.All()), "what is finished before the failing index comes first")
			require.Equal(t, input, run.Wait())
			require.Contains(t, run.Wait().Error(), "input 3 failed after 1 attempt: own error")
		},
		"Map": func(t *testing.T) {
			require.Equal(t, ordered, slices.Collect(drained(mapper.Map(t.Context(), work.fn, ints(6), opts))))
		},
		"MapSeq, unordered": func(t *testing.T) {
			opts := opts
			opts.Unordered = true
			require.Equal(t, unordered, slices.Collect(drained(mapper.MapSeq(t.Context(), work.fn, slices.Values(ints(6)), opts))))
		},
		"Collect": func(t *testing.T) {
			out, err := mapper.Collect(t.Context(), work.fn, ints(6), opts)
			require.Equal(t, input, err)
			require.Equal(t, []int{0, 0, 20, 0, 0, 50}, out, "as long as the inputs, with all that was finished")
		},
		"Each": func(t *testing.T) {
			err := mapper.Each(t.Context(), func(ctx context.Context, i int) error {
				_, err := work.fn(ctx, i)
				return err
			}, ints(6), opts)
			require.Equal(t, input, err)
			require.ErrorIs(t, err, boom)
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				row(t)
				require.Equal(t, 4*time.Second, time.Since(begin), "at once: what runs is cancelled")
			})
		})
	}
}

func drained[T any](ch <-chan T) func(func(T) bool) {
	return func(yield func(T) bool) {
		for v := range ch {
			if !yield(v) {
				return
			}
		}
	}
}

// TestContractReturnExceptions: every failure is a Result in its place, and the run goes on.
func TestContractReturnExceptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := mapper.Options{Containers: 3, ReturnExceptions: true, Timeout: time.Minute}
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			switch i % 4 {
			case 1:
				return 0, &ownError{1}
			case 2:
				panic(errCrash)
			case 3:
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return 10 * i, nil
		}, slices.Values(ints(40)), opts)
		require.NoError(t, err)
		i := 0
		for r := range run.All() {
			require.Equal(t, i, r.Index)
			require.Equal(t, i, r.Input)
			switch i % 4 {
			case 0:
				require.Equal(t, result{Index: i, Input: i, Value: 10 * i, Attempts: 1}, r)
			case 1:
				require.Equal(t, &ownError{1}, r.Err)
			case 2:
				requireCrash(t, r.Err, i)
				require.Equal(t, 3, r.Attempts)
			case 3:
				requireTimeout(t, r.Err, time.Minute)
			}
			i++
		}
		require.Equal(t, 40, i)
		require.NoError(t, run.Wait(), "failures are results, and no reason to end")
		stats := run.Stats()
		require.Equal(t, []int{40, 40, 40, 10, 30}, []int{stats.Inputs, stats.Taken, stats.Delivered, stats.Succeeded, stats.Failed})
	})
}

// TestContractCutoff: crashes outweigh progress: pending inputs fail with one *CutoffError, nothing new starts.
func TestContractCutoff(t *testing.T) {
	const n = 500
	crash := func(ctx context.Context, i int) (int, error) {
		if i == 0 {
			return 0, during(ctx, time.Hour) // runs when the cutoff comes, and is cancelled
		}
		panic(errCrash)
	}
	opts := mapper.Options{Containers: 4, ReturnExceptions: true, CrashLimit: 100}
	check := func(t *testing.T, err error) *supervisor.CutoffError {
		t.Helper()
		var cut *supervisor.CutoffError
		require.ErrorAs(t, err, &cut)
		require.ErrorIs(t, err, supervisor.ErrCutoff)
		require.ErrorIs(t, err, errCrash)
		var last *supervisor.CrashError
		require.ErrorAs(t, err, &last)
		require.Same(t, cut.Last, last)
		require.Equal(t, policy.RuleCold, cut.Rule)
		return cut
	}
	t.Run("All", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var begun atomic.Int32
			run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
				begun.Add(1)
				return crash(ctx, i)
			}, slices.Values(ints(n)), opts)
			require.NoError(t, err)
			results := slices.Collect(run.All())
			require.Len(t, results, n)
			cut := check(t, run.Wait())
			require.Same(t, cut, run.Wait())
			for i, r := range results {
				require.Equal(t, i, r.Index)
				require.Same(t, cut, r.Err, "each has the same")
			}
			attempts := 0
			for _, r := range results {
				attempts += r.Attempts
			}
			require.EqualValues(t, begun.Load(), attempts)
			require.Less(t, attempts, n, "most were never begun")
			after := begun.Load()
			time.Sleep(time.Hour)
			require.Equal(t, after, begun.Load())
		})
	})
	t.Run("Collect", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			out, err := mapper.Collect(t.Context(), crash, ints(n), opts)
			require.Len(t, out, n)
			check(t, err)
			var failures *mapper.FailuresError
			require.ErrorAs(t, err, &failures)
			require.Len(t, failures.Failures, n)
			require.Equal(t, n, failures.Inputs)
			for i, f := range failures.Failures {
				require.Equal(t, i, f.Index)
				require.Same(t, failures.Failures[0].Err, f.Err)
			}
		})
	})
	t.Run("without ReturnExceptions", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			opts := opts
			opts.ReturnExceptions = false
			_, err := mapper.Collect(t.Context(), crash, ints(n), opts)
			require.IsType(t, check(t, err), err)
			results := slices.Collect(drained(mapper.Map(t.Context(), crash, ints(n), opts)))
			require.Len(t, results, 1)
			check(t, results[0].Err)
		})
	})
}

// TestContractDeployed: crashes outweigh progress in a deployed pool: work goes on as soon as a container lives.
func TestContractDeployed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var healed atomic.Bool
		run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
			if !healed.Load() {
				panic(errCrash)
			}
			return i, nil
		}, slices.Values(ints(100)), mapper.Options{Containers: 8, CrashLimit: 1 << 20, Crashes: policy.Deployed{}})
		require.NoError(t, err)
		results := run.Results()
		time.Sleep(time.Hour)
		synctest.Wait()
		require.True(t, run.Stats().Pool.CrashLooping)
		require.Zero(t, run.Stats().Failed)
		healed.Store(true)
		begin := time.Now()
		n := 0
		for r := range results {
			require.NoError(t, r.Err)
			n++
		}
		require.Equal(t, 100, n)
		require.LessOrEqual(t, time.Since(begin), 30*time.Second, "no later than the next canary")
	})
}
