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
	"github.com/longshore-go/longshore/policy"
)

func requireTimeout(t *testing.T, err error, limit time.Duration) {
	t.Helper()
	var timeout *mapper.TimeoutError
	require.ErrorAs(t, err, &timeout)
	require.Equal(t, limit, timeout.Timeout)
	require.ErrorIs(t, err, mapper.ErrTimeout)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestContractTimeout(t *testing.T) {
	const limit = 3 * time.Second
	opts := mapper.Options{Timeout: limit, Retries: policy.FixedRetries(2)}
	rows := map[string]func(*testing.T){
		"fn exceeds Timeout": func(t *testing.T) {
			var causes tally[error]
			r, at, run := alone(t, opts, func(ctx context.Context, _ mapper.Attempt) (int, error) {
				<-ctx.Done()
				causes.add(context.Cause(ctx))
				return 0, ctx.Err()
			})
			requireTimeout(t, r.Err, limit)
			require.IsType(t, &mapper.TimeoutError{}, r.Err)
			require.Equal(t, []time.Duration{0, 4 * time.Second, 8 * time.Second}, at, "charged to Retries, which says when")
			require.Equal(t, []error{mapper.ErrTimeout, mapper.ErrTimeout, mapper.ErrTimeout}, causes.all())
			require.Equal(t, 3, run.Stats().TimedOut)
			require.Zero(t, run.Stats().Abandoned, "it obeyed")
			require.Zero(t, run.Stats().Pool.Crashes)
			require.Equal(t, 1, run.Stats().Pool.Starts, "the container goes on")
		},
		"what it returns then does not count": func(t *testing.T) {
			r, _, _ := alone(t, mapper.Options{Timeout: limit}, func(context.Context, mapper.Attempt) (int, error) {
				time.Sleep(limit + time.Millisecond)
				return 42, nil
			})
			requireTimeout(t, r.Err, limit)
			require.Zero(t, r.Value)
		},
		"in time by a tick": func(t *testing.T) {
			r, _, _ := alone(t, mapper.Options{Timeout: limit}, func(context.Context, mapper.Attempt) (int, error) {
				time.Sleep(limit - 1)
				return 42, nil
			})
			require.Equal(t, result{Input: 7, Value: 42, Attempts: 1}, r)
		},
		"the next attempt has a time of its own": func(t *testing.T) {
			r, _, _ := alone(t, opts, func(ctx context.Context, a mapper.Attempt) (int, error) {
				if a.Attempt == 1 {
					<-ctx.Done()
					return 0, ctx.Err()
				}
				return 42, during(ctx, limit-1)
			})
			require.Equal(t, result{Input: 7, Value: 42, Attempts: 2}, r)
		},
		"Deadline": func(t *testing.T) {
			r, _, _ := alone(t, opts, func(ctx context.Context, a mapper.Attempt) (int, error) {
				at, ok := ctx.Deadline()
				if left := time.Until(at); !ok || left != limit {
					return 0, policy.Permanent(errors.New("deadline in " + left.String()))
				}
				if a.Attempt < 3 {
					return 0, during(ctx, time.Hour)
				}
				return 42, nil
			})
			require.NoError(t, r.Err)
			require.Equal(t, 3, r.Attempts)
		},
		"Deadline of the caller": func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			var left tally[time.Duration]
			_, err := mapper.Collect(ctx, func(ctx context.Context, _ int) (int, error) {
				at, _ := ctx.Deadline()
				left.add(time.Until(at))
				return 0, during(ctx, time.Hour)
			}, []int{1}, opts)
			require.Equal(t, []time.Duration{time.Second}, left.all(), "the earlier of the two")
			require.Equal(t, context.DeadlineExceeded, err, "the end of the run, not a timeout")
		},
		"a context derived from the attempt's": func(t *testing.T) {
			var left, lived tally[time.Duration]
			var causes tally[error]
			alone(t, mapper.Options{Timeout: limit}, func(ctx context.Context, _ mapper.Attempt) (int, error) {
				begin := time.Now()
				child, cancel := context.WithTimeout(ctx, time.Hour)
				defer cancel()
				at, _ := child.Deadline()
				left.add(time.Until(at))
				<-child.Done()
				lived.add(time.Since(begin))
				causes.add(context.Cause(child))
				return 0, nil
			})
			require.Equal(t, []time.Duration{limit}, lived.all())
			require.Equal(t, []error{mapper.ErrTimeout}, causes.all())
			require.Equal(t, []time.Duration{limit}, left.all())
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) { synctest.Test(t, row) })
	}
}

// TestContractAbandon: a goroutine container that ignores the end of its context for Grace is abandoned, counted, and
// replaced; what it returns in the end is dropped.
func TestContractAbandon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit, grace = 3 * time.Second, 2 * time.Second
		release, open := barrier(t)
		begin := time.Now()
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			a, _ := mapper.AttemptFrom(ctx)
			if i == 1 && a.Attempt == 1 {
				<-release
				return -1, nil // late
			}
			return 10*i + a.Attempt, nil
		}, slices.Values(ints(3)), mapper.Options{Containers: 1, Timeout: limit, Grace: grace, Retries: policy.FixedRetries(1)})
		require.NoError(t, err)
		results := run.Results()
		require.Equal(t, 1, (<-results).Value)

		time.Sleep(limit + grace - time.Since(begin) - 1)
		synctest.Wait()
		require.Zero(t, run.Stats().Abandoned)
		time.Sleep(2 * time.Nanosecond)
		synctest.Wait()
		stats := run.Stats()
		require.Equal(t, []int{1, 1, 1, 2}, []int{stats.Abandoned, stats.TimedOut, stats.Pool.Lingering, stats.Pool.Starts})
		require.Zero(t, stats.Pool.Crashes)

		r := <-results
		require.Equal(t, result{Index: 1, Input: 1, Value: 12, Attempts: 2}, r)
		require.Equal(t, limit+grace+time.Second, time.Since(begin))
		open()
		require.Equal(t, 21, (<-results).Value)
		_, more := <-results
		require.False(t, more)
		synctest.Wait()
		require.Equal(t, 0, run.Stats().Pool.Lingering)
		require.Equal(t, 3, run.Stats().Succeeded, "the late result is dropped")
	})
}

// TestContractAbandonAtTheEnd: an attempt that ignores the end of the run keeps it waiting for Grace and no longer.
func TestContractAbandonAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, open := barrier(t)
		run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
			if i > 0 {
				<-release
			}
			return i, nil
		}, slices.Values(ints(4)), mapper.Options{Containers: 4, Grace: 5 * time.Second})
		require.NoError(t, err)
		begin := time.Now()
		for range run.All() {
			synctest.Wait() // until the other three run
			break
		}
		require.Equal(t, 5*time.Second, time.Since(begin))
		require.Equal(t, 3, run.Stats().Abandoned)
		require.ErrorIs(t, run.Wait(), mapper.ErrStopped)
		open()
	})
}

// TestContractTimeoutTies: attempts that end in the very tick in which they time out, or are given up, settle once and
// leave the run with all its containers.
func TestContractTimeoutTies(t *testing.T) {
	for name, takes := range map[string]time.Duration{"time out": time.Second, "grace over": 3 * time.Second} {
		t.Run(name, func(t *testing.T) {
			for range 300 {
				synctest.Test(t, func(t *testing.T) {
					begin := time.Now()
					results := 0
					for r := range mapper.Map(t.Context(), func(_ context.Context, i int) (int, error) {
						if i < 8 {
							time.Sleep(takes)
						}
						return i, nil
					}, ints(10), mapper.Options{Containers: 4, Timeout: time.Second, Grace: 2 * time.Second, ReturnExceptions: true}) {
						require.Equal(t, results, r.Index)
						if r.Err != nil {
							requireTimeout(t, r.Err, time.Second)
							require.Zero(t, r.Value)
						}
						require.Equal(t, 1, r.Attempts)
						results++
					}
					require.Equal(t, 10, results)
					require.Equal(t, 2*takes, time.Since(begin), "four containers for eight slow inputs, to the end")
				})
			}
		})
	}
}
