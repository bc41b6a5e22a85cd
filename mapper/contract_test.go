package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// The tests in files contract_*.go have one subtest for each row of the failure contract in README.md, and for each
// sentence below it.

type result = mapper.Result[int, int]

// ownError is an error of a function's own, with nothing of ours around it.
type ownError struct{ Attempt int }

func (e *ownError) Error() string { return fmt.Sprintf("own error of attempt %d", e.Attempt) }

// alone runs fn on one input and returns its result, the attempts' times and the ended run.
func alone(t *testing.T, opts mapper.Options, fn func(context.Context, mapper.Attempt) (int, error)) (result, []time.Duration, *mapper.Run[int, int]) {
	t.Helper()
	begin := time.Now()
	var begun tally[time.Duration]
	opts.Containers = 1
	run, err := mapper.Start(t.Context(), func(ctx context.Context, _ int) (int, error) {
		a, _ := mapper.AttemptFrom(ctx)
		begun.add(time.Since(begin))
		return fn(ctx, a)
	}, slices.Values([]int{7}), opts)
	require.NoError(t, err)
	results := slices.Collect(run.All())
	require.Len(t, results, 1)
	r := results[0]
	require.Equal(t, 7, r.Input)
	require.Len(t, begun.all(), r.Attempts)
	if r.Err != nil && !opts.ReturnExceptions {
		var input *mapper.InputError
		require.ErrorAs(t, run.Wait(), &input)
		require.Equal(t, mapper.InputError{Index: 0, Attempts: r.Attempts, Err: r.Err}, *input)
		require.Equal(t, r.Err, errors.Unwrap(run.Wait()))
	} else {
		require.NoError(t, run.Wait())
	}
	return r, begun.all(), run
}

func fails(_ context.Context, a mapper.Attempt) (int, error) { return 0, &ownError{a.Attempt} }

func TestContractFailures(t *testing.T) {
	retries := policy.Retries{MaxRetries: 3, InitialDelay: 2 * time.Second}
	rows := map[string]func(*testing.T){
		"fn returns an error": func(t *testing.T) {
			r, at, run := alone(t, mapper.Options{Retries: retries}, fails)
			require.Equal(t, &ownError{4}, r.Err, "the last one, as it is")
			require.Equal(t, []time.Duration{0, 2 * time.Second, 6 * time.Second, 14 * time.Second}, at)
			require.Equal(t, 3, run.Stats().Retries)
			require.Zero(t, run.Stats().Pool.Crashes)
		},
		"fn returns an error once": func(t *testing.T) {
			r, at, _ := alone(t, mapper.Options{Retries: retries}, func(_ context.Context, a mapper.Attempt) (int, error) {
				if a.Attempt == 1 {
					return -1, &ownError{1}
				}
				return 42, nil
			})
			require.Equal(t, result{Index: 0, Input: 7, Value: 42, Attempts: 2}, r)
			require.Equal(t, []time.Duration{0, 2 * time.Second}, at)
		},
		"no retries": func(t *testing.T) {
			r, at, _ := alone(t, mapper.Options{}, fails)
			require.Equal(t, &ownError{1}, r.Err)
			require.Equal(t, []time.Duration{0}, at)
		},
		"a value beside the error is dropped": func(t *testing.T) {
			r, _, _ := alone(t, mapper.Options{}, func(context.Context, mapper.Attempt) (int, error) { return 42, &ownError{1} })
			require.Zero(t, r.Value)
		},
		"fn returns policy.Permanent(err)": func(t *testing.T) {
			own := &ownError{1}
			r, at, run := alone(t, mapper.Options{Retries: retries}, func(context.Context, mapper.Attempt) (int, error) {
				return 0, policy.Permanent(own)
			})
			require.Same(t, own, r.Err, "unwrapped")
			require.Len(t, at, 1)
			require.Zero(t, run.Stats().Retries)
		},
		"fn wraps policy.Permanent(err)": func(t *testing.T) {
			own := &ownError{1}
			r, at, _ := alone(t, mapper.Options{Retries: retries}, func(context.Context, mapper.Attempt) (int, error) {
				return 0, fmt.Errorf("context: %w", policy.Permanent(own))
			})
			require.Len(t, at, 1)
			require.ErrorIs(t, r.Err, own)
			require.Contains(t, r.Err.Error(), "context: own error")
		},
		"fn returns policy.RetryAfter(err, d)": func(t *testing.T) {
			r, at, run := alone(t, mapper.Options{Retries: retries}, func(_ context.Context, a mapper.Attempt) (int, error) {
				if a.Attempt == 2 {
					return 0, &ownError{2}
				}
				return 0, policy.RetryAfter(&ownError{a.Attempt}, 77*time.Second)
			})
			require.Equal(t, &ownError{4}, r.Err, "unwrapped")
			require.Equal(t, []time.Duration{0, 77 * time.Second, 81 * time.Second, 158 * time.Second}, at, "the 2nd by the policy")
			require.Equal(t, 3, run.Stats().Retries, "charged to Retries")
		},
		"RetryAfter at once": func(t *testing.T) {
			_, at, _ := alone(t, mapper.Options{Retries: retries}, func(_ context.Context, a mapper.Attempt) (int, error) {
				return 0, policy.RetryAfter(&ownError{a.Attempt}, 0)
			})
			require.Equal(t, make([]time.Duration, 4), at)
		},
		"Permanent around RetryAfter": func(t *testing.T) {
			own := &ownError{1}
			r, at, _ := alone(t, mapper.Options{Retries: retries}, func(context.Context, mapper.Attempt) (int, error) {
				return 0, policy.RetryAfter(policy.Permanent(own), time.Second)
			})
			require.Same(t, own, r.Err)
			require.Len(t, at, 1)
		},
		"fn returns a context error of its own": func(t *testing.T) {
			r, _, _ := alone(t, mapper.Options{Retries: retries}, func(context.Context, mapper.Attempt) (int, error) {
				return 0, context.Canceled
			})
			require.Equal(t, context.Canceled, r.Err)
			require.Equal(t, 4, r.Attempts, "an error like any other while the run's context lives")
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) { synctest.Test(t, row) })
	}
}

func TestContractCrashes(t *testing.T) {
	retries := policy.Retries{MaxRetries: 5}
	crashes := map[string]struct {
		die   func()
		check func(*testing.T, *supervisor.CrashError)
	}{
		"panic with a value": {func() { panic("boom") }, func(t *testing.T, crash *supervisor.CrashError) {
			require.Equal(t, "boom", crash.Panic)
		}},
		"panic with an error": {func() { panic(&ownError{9}) }, func(t *testing.T, crash *supervisor.CrashError) {
			var own *ownError
			require.ErrorAs(t, crash, &own)
			require.Equal(t, 9, own.Attempt)
		}},
		"Goexit": {runtime.Goexit, func(t *testing.T, crash *supervisor.CrashError) { require.True(t, crash.Goexit) }},
	}
	for name, c := range crashes {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var containers tally[int]
				r, _, run := alone(t, mapper.Options{Retries: retries}, func(_ context.Context, a mapper.Attempt) (int, error) {
					containers.add(a.Container)
					c.die()
					return 0, nil
				})
				var crash *supervisor.CrashError
				require.ErrorAs(t, r.Err, &crash)
				require.Same(t, crash, r.Err, "the crash itself")
				require.Equal(t, supervisor.PhaseInput, crash.Phase)
				require.Equal(t, 0, crash.Input)
				require.Contains(t, crash.Stack, "mapper_test.TestContractCrashes")
				require.Equal(t, 3, r.Attempts, "the default limit")
				require.Equal(t, []int{0, 1, 2}, containers.all(), "each in a new container")
				require.Equal(t, crash.Container, 2)
				require.Zero(t, run.Stats().Retries, "not charged to Retries")
				c.check(t, crash)
			})
		})
	}
	t.Run("limit", func(t *testing.T) {
		for limit := 1; limit <= 4; limit++ {
			synctest.Test(t, func(t *testing.T) {
				r, _, _ := alone(t, mapper.Options{CrashLimit: limit}, func(context.Context, mapper.Attempt) (int, error) { panic(errCrash) })
				requireCrash(t, r.Err, 0)
				require.Equal(t, limit, r.Attempts)
			})
		}
	})
	t.Run("a success after crashes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r, _, _ := alone(t, mapper.Options{}, func(_ context.Context, a mapper.Attempt) (int, error) {
				if a.Attempt < 3 {
					panic(errCrash)
				}
				return 42, nil
			})
			require.Equal(t, result{Input: 7, Value: 42, Attempts: 3}, r)
		})
	})
}

// TestContractInnocents: a crash is never blamed on an innocent input.
func TestContractInnocents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 3000
		var begun [n]int
		run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
			begun[i]++ // one container at a time
			if i%50 == 49 && begun[i] == 1 {
				panic(errCrash)
			}
			return i, nil
		}, slices.Values(ints(n)), mapper.Options{Containers: 1, CrashLimit: 2})
		require.NoError(t, err)
		i := 0
		for r := range run.All() {
			require.Equal(t, i, r.Index)
			require.NoError(t, r.Err)
			attempts := 1
			if i%50 == 49 {
				attempts = 2
			}
			require.Equal(t, attempts, r.Attempts)
			require.Equal(t, attempts, begun[i], "finished inputs are kept, those not begun are re-run free of charge")
			i++
		}
		require.Equal(t, n, i)
		require.Equal(t, n/50, run.Stats().Reruns)
	})
}

func TestContractAtMostOnce(t *testing.T) {
	for name, end := range map[string]func(context.Context, mapper.Attempt) (int, error){
		"error": fails,
		"after": func(context.Context, mapper.Attempt) (int, error) { return 0, policy.RetryAfter(errCrash, 0) },
		"panic": func(context.Context, mapper.Attempt) (int, error) { panic(errCrash) },
		"time out": func(ctx context.Context, _ mapper.Attempt) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, _, run := alone(t, mapper.Options{
					AtMostOnce: true, Retries: policy.Retries{MaxRetries: 9}, CrashLimit: 9, Timeout: time.Second,
				}, end)
				require.Error(t, r.Err)
				require.Equal(t, 1, r.Attempts)
				require.Zero(t, run.Stats().Retries+run.Stats().Reruns)
			})
		})
	}
}
