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
)

// TestContractContext: ctx ends: nothing is retried, unfinished inputs settle with its cause.
func TestContractContext(t *testing.T) {
	cause := errors.New("the caller's own cause")
	work := outcomes{0: {takes: time.Second}, 1: {takes: time.Hour}, 2: {takes: 2 * time.Second}, 3: {err: &ownError{1}}}
	opts := mapper.Options{Containers: 4, ReturnExceptions: true, Retries: policy.Retries{MaxRetries: 99, InitialDelay: time.Minute}}
	rows := map[string]func(context.Context, *testing.T){
		"All": func(ctx context.Context, t *testing.T) {
			run, err := mapper.Start(ctx, work.fn, slices.Values(ints(4)), opts)
			require.NoError(t, err)
			require.Equal(t, []result{
				{Index: 0, Input: 0, Value: 0, Attempts: 1},
				{Index: 1, Input: 1, Err: cause, Attempts: 1, Unfinished: true},
				{Index: 2, Input: 2, Value: 20, Attempts: 1},
				{Index: 3, Input: 3, Err: cause, Attempts: 1, Unfinished: true},
			}, slices.Collect(run.All()))
			require.Equal(t, cause, run.Wait())
		},
		"Map": func(ctx context.Context, t *testing.T) {
			opts := opts
			opts.Containers = 1
			results := slices.Collect(drained(mapper.Map(ctx, work.fn, ints(9), opts)))
			require.Len(t, results, 9, "those never begun too")
			require.Equal(t, result{Index: 1, Input: 1, Err: cause, Attempts: 1, Unfinished: true}, results[1])
			require.Equal(t, result{Index: 8, Input: 8, Err: cause, Unfinished: true}, results[8])
		},
		"Collect": func(ctx context.Context, t *testing.T) {
			out, err := mapper.Collect(ctx, work.fn, ints(4), opts)
			require.Equal(t, []int{0, 0, 20, 0}, out)
			var failures *mapper.FailuresError
			require.ErrorAs(t, err, &failures)
			require.Equal(t, []mapper.InputError{{1, 1, cause, true}, {3, 1, cause, true}}, failures.Failures)
		},
		"Collect without ReturnExceptions": func(ctx context.Context, t *testing.T) {
			opts := opts
			opts.ReturnExceptions = false
			out, err := mapper.Collect(ctx, work.fn, ints(4), opts)
			require.Equal(t, cause, err)
			require.Equal(t, []int{0, 0, 20, 0}, out, "it still returns what finished")
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(30*time.Second, func() { cancel(cause) })
				begin := time.Now()
				row(ctx, t)
				require.Equal(t, 30*time.Second, time.Since(begin))
			})
		})
	}
	t.Run("it has ended before", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(cause)
			var begun atomic.Int32
			fn := func(context.Context, int) (int, error) { begun.Add(1); return 0, nil }
			for r := range mapper.Map(ctx, fn, ints(5), opts) {
				require.Equal(t, cause, r.Err)
				require.Zero(t, r.Attempts)
			}
			_, err := mapper.Collect(ctx, fn, ints(5), mapper.Options{})
			require.Equal(t, cause, err)
			require.Zero(t, begun.Load())
		})
	})
}
