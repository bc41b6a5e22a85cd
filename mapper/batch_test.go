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

// bad is a batch of the kind that people run: most inputs are fine, and some are bad
// in each of the ways there are.
type bad struct{ tries []atomic.Int32 }

const batchSize = 10_000

func (b *bad) fn(ctx context.Context, i int) (int, error) {
	try := b.tries[i].Add(1)
	switch {
	case i%100 == 13: // 1 % panic always
		panic("boom")
	case i%100 == 57: // 1 % never end in time
		<-ctx.Done()
		return 0, ctx.Err()
	case i%20 == 4 && try <= 2: // 5 % fail twice, then work
		return 0, errFlaky
	}
	return 2 * i, nil
}

var batchOptions = mapper.Options{
	Containers:       8,
	Retries:          policy.Retries{MaxRetries: 2},
	Timeout:          time.Second,
	ReturnExceptions: true,
}

// check says whether r is what the rules make of its input.
func (b *bad) check(t *testing.T, r mapper.Result[int, int]) (failed bool) {
	t.Helper()
	switch {
	case r.Index%100 == 13:
		_, crashed := errors.AsType[*supervisor.CrashError](r.Err)
		require.True(t, crashed, "%+v", r)
		require.Equal(t, 3, r.Attempts) // the crash limit
	case r.Index%100 == 57:
		require.ErrorIs(t, r.Err, mapper.ErrTimeout)
		require.Equal(t, 3, r.Attempts) // 1 and 2 retries
	case r.Index%20 == 4:
		require.NoError(t, r.Err)
		require.Equal(t, 3, r.Attempts)
	default:
		require.NoError(t, r.Err)
		require.Equal(t, 1, r.Attempts)
	}
	if r.Err == nil {
		require.Equal(t, 2*r.Index, r.Value)
	}
	require.EqualValues(t, r.Attempts, b.tries[r.Index].Load(), "input %d", r.Index)
	return r.Err != nil
}

func TestBatchOfAllKindsOfTrouble(t *testing.T) {
	inputs := make([]int, batchSize)
	for i := range inputs {
		inputs[i] = i
	}
	t.Run("stream", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := &bad{tries: make([]atomic.Int32, batchSize)}
			run, err := mapper.Start(t.Context(), b.fn, slices.Values(inputs), batchOptions)
			require.NoError(t, err)
			next, failures := 0, 0
			for r := range run.All() {
				require.Equal(t, next, r.Index)
				next++
				if b.check(t, r) {
					failures++
				}
			}
			require.NoError(t, run.Wait())
			require.Equal(t, batchSize, next)
			require.Equal(t, 200, failures)
			s := run.Stats()
			require.Equal(t, 9800, s.Succeeded)
			require.Equal(t, 200, s.Failed)
			require.Equal(t, 300, s.Pool.Crashes)
			require.Equal(t, 300, s.TimedOut)
			require.Equal(t, 500*2+100*2, s.Retries)
		})
	})
	t.Run("collect", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := &bad{tries: make([]atomic.Int32, batchSize)}
			values, err := mapper.Collect(t.Context(), b.fn, inputs, batchOptions)
			all, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok)
			require.Len(t, all.Failures, 200)
			require.Len(t, values, batchSize)
			failed := map[int]mapper.InputError{}
			for _, f := range all.Failures {
				failed[f.Index] = f
			}
			for i, v := range values {
				r := mapper.Result[int, int]{Index: i, Value: v, Attempts: int(b.tries[i].Load())}
				if f, ok := failed[i]; ok {
					r.Err, r.Attempts = f.Err, f.Attempts
				}
				b.check(t, r)
			}
		})
	})
}
