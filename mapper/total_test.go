package mapper_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// totalOf is the error of an input whose time was up.
func totalOf(t *testing.T, err error) *mapper.TimeoutError {
	t.Helper()
	late, ok := errors.AsType[*mapper.TimeoutError](err)
	require.True(t, ok, "%v", err)
	require.True(t, late.Total, "%v", err)
	require.ErrorIs(t, err, mapper.ErrTimeout)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, 100*time.Millisecond, late.Timeout)
	return late
}

// TestTotalCutsAttempts: an attempt ends at the end of its input's time, the first as well as a later one, and where
// Timeout is longer.
func TestTotalCutsAttempts(t *testing.T) {
	for name, timeout := range map[string]time.Duration{"no Timeout": 0, "the same": 100 * time.Millisecond, "longer": time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				opts := mapper.Options{
					Timeout: timeout, TotalTimeout: 100 * time.Millisecond, ReturnExceptions: true, Containers: 2,
					Retries: policy.Retries{MaxRetries: 5, InitialDelay: 10 * time.Millisecond},
				}
				all := results(mapper.Map(t.Context(), func(ctx context.Context, first bool) (int, error) {
					a, _ := mapper.AttemptFrom(ctx)
					if a.Attempt == 1 && !first {
						return 0, cmp.Or[error](during(ctx, 30*time.Millisecond), &ownError{1})
					}
					deadline, ok := ctx.Deadline()
					require.True(t, ok)
					require.Equal(t, begin.Add(100*time.Millisecond), deadline)
					<-ctx.Done()
					require.Equal(t, mapper.ErrTimeout, context.Cause(ctx))
					require.Equal(t, 100*time.Millisecond, time.Since(begin))
					return 0, ctx.Err()
				}, []bool{true, false}, opts))
				require.Equal(t, 100*time.Millisecond, time.Since(begin))
				require.Nil(t, totalOf(t, all[0].Err).Err)
				require.Nil(t, totalOf(t, all[1].Err).Err)
				require.Equal(t, []int{1, 2}, []int{all[0].Attempts, all[1].Attempts})
			})
		})
	}
}

// TestTotalEndsWaits: an input that waits for another attempt when its time is up fails then: in a pause, for the rate, for
// a container, on a function.
func TestTotalEndsWaits(t *testing.T) {
	boom := &ownError{1}
	fails := func(ctx context.Context, i int) (int, error) {
		if i > 0 {
			return i, during(ctx, 150*time.Millisecond)
		}
		return 0, cmp.Or[error](during(ctx, 10*time.Millisecond), boom)
	}
	retries := policy.Retries{MaxRetries: 9, InitialDelay: 10 * time.Millisecond}
	for name, play := range map[string]func(t *testing.T, opts mapper.Options) error{
		"pause": func(t *testing.T, opts mapper.Options) error {
			run, err := mapper.Start(t.Context(), fails, slices.Values(ints(1)), opts)
			require.NoError(t, err)
			time.AfterFunc(15*time.Millisecond, run.Pause)
			return slices.Collect(run.All())[0].Err
		},
		"rate": func(t *testing.T, opts mapper.Options) error {
			opts.Rate = rate.NewLimiter(1, 1)
			return results(mapper.Map(t.Context(), fails, ints(1), opts))[0].Err
		},
		"a call on a paused function": func(t *testing.T, opts mapper.Options) error {
			opts.ReturnExceptions = false
			f, err := mapper.Deploy(t.Context(), mapper.Plain(fails), opts)
			require.NoError(t, err)
			time.AfterFunc(15*time.Millisecond, f.Pause)
			_, err = f.Call(t.Context(), 0)
			require.NoError(t, f.Stop(t.Context()))
			return err
		},
		"batches": func(t *testing.T, opts mapper.Options) error {
			opts.Rate = rate.NewLimiter(1, 1)
			body := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
				_, err := fails(ctx, in[0])
				return in, err
			}, mapper.Batch{Size: 2})
			return results(body.Map(t.Context(), ints(2), opts))[1].Err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				err := play(t, mapper.Options{
					Containers: 1, TotalTimeout: 100 * time.Millisecond, ReturnExceptions: true, Retries: retries,
				})
				require.Equal(t, 100*time.Millisecond, time.Since(begin))
				require.Equal(t, boom, totalOf(t, err).Err)
				require.ErrorIs(t, err, boom)
			})
		})
	}
}

// TestTotalCrash: a crash is charged as ever, and nothing is executed again at the end of the time.
func TestTotalCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		all := results(mapper.Map(t.Context(), func(ctx context.Context, _ int) (int, error) {
			n++
			time.Sleep(60 * time.Millisecond)
			if n == 2 {
				time.Sleep(40 * time.Millisecond) // it does not listen
			}
			panic("boom")
		}, ints(1), mapper.Options{Containers: 1, TotalTimeout: 100 * time.Millisecond, ReturnExceptions: true, CrashLimit: 9}))
		totalOf(t, all[0].Err)
		require.Equal(t, 2, n)
	})
}

// TestTotalMany: many inputs that fail a while and then succeed end right, whatever the time they have.
func TestTotalMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 5000
		all := results(mapper.Map(t.Context(), func(ctx context.Context, i int) (int, error) {
			a, _ := mapper.AttemptFrom(ctx)
			if a.Attempt <= i%4 {
				return 0, cmp.Or[error](during(ctx, time.Millisecond), &ownError{i})
			}
			return i, nil
		}, ints(n), mapper.Options{
			Containers: 64, TotalTimeout: 100 * time.Millisecond, ReturnExceptions: true,
			Retries: policy.Retries{MaxRetries: 9, InitialDelay: 45 * time.Millisecond, BackoffCoefficient: 1},
		}))
		require.Len(t, all, n)
		for i, r := range all {
			if i%4 < 3 { // the third retry would begin after 138 ms
				require.NoError(t, r.Err)
			} else {
				totalOf(t, r.Err)
			}
		}
	})
}

func ExampleOptions_totalTimeout() {
	refuse := func(context.Context, string) (int, error) { return 0, errors.New("try again") }
	_, err := mapper.Collect(context.Background(), refuse, []string{"a"}, mapper.Options{
		Retries:      policy.Retries{MaxRetries: 1000, InitialDelay: time.Millisecond},
		TotalTimeout: 20 * time.Millisecond,
	})
	late, _ := errors.AsType[*mapper.TimeoutError](err)
	fmt.Println(late.Total, late.Err)
	// Output: true try again
}
