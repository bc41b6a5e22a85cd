package mapper_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// eight is one batch, which waits to be full.
var eight = mapper.Batch{Size: 8, Wait: time.Minute}

// halving is the calls of a table for a batch of eight whose row 5 is bad.
var halving = [][2]int{{0, 7}, {0, 3}, {4, 7}, {4, 5}, {4, 4}, {5, 5}, {6, 7}}

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		table func(*table)
		batch mapper.Batch
		opts  mapper.Options
		calls [][2]int
		took  time.Duration
		bad   []int
	}{
		"an error for good": {
			table: func(b *table) { b.says = policy.Permanent(errBad) },
			opts:  mapper.Options{Retries: policy.FixedRetries(3)},
			calls: halving, took: 70 * time.Millisecond, bad: []int{5},
		},
		"retries that are used up": {
			opts:  mapper.Options{Retries: policy.FixedRetries(2)},
			calls: append([][2]int{{0, 7}, {0, 7}}, halving...), took: 2*time.Second + 90*time.Millisecond, bad: []int{5},
		},
		"two containers": {
			opts: mapper.Options{Containers: 2}, // 0-7, 0-3 beside 4-7, 4-5 beside 6-7, 4 beside 5
			took: 40 * time.Millisecond, bad: []int{5},
		},
		"more at once in one container": {
			opts: mapper.Options{MaxInputs: 2}, took: 40 * time.Millisecond, bad: []int{5},
		},
		"all are bad": {
			table: func(b *table) {
				b.bad = map[int]bool{0: true, 1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true}
			},
			calls: [][2]int{
				{0, 7},
				{0, 3},
				{0, 1},
				{0, 0},
				{1, 1},
				{2, 3},
				{2, 2},
				{3, 3},
				{4, 7},
				{4, 5},
				{4, 4},
				{5, 5},
				{6, 7},
				{6, 6},
				{7, 7},
			}, took: 150 * time.Millisecond, bad: ints(8),
		},
		"batches of an odd size": {
			batch: mapper.Batch{Size: 5},
			calls: [][2]int{{0, 4}, {5, 7}, {5, 5}, {6, 7}}, took: 40 * time.Millisecond, bad: []int{5},
		},
		"parts before other batches": {
			table: func(b *table) { b.bad = map[int]bool{0: true} },
			batch: mapper.Batch{Size: 2},
			calls: [][2]int{{0, 1}, {0, 0}, {1, 1}, {2, 3}, {4, 5}, {6, 7}}, took: 60 * time.Millisecond, bad: []int{0},
		},
		"as many as a container may take": {
			opts:  mapper.Options{Recycle: mapper.Recycle{Inputs: 9}}, // after the batch, one
			calls: [][2]int{{0, 7}, {0, 0}, {1, 3}, {4, 7}, {4, 5}, {4, 4}, {5, 5}, {6, 7}}, took: 80 * time.Millisecond, bad: []int{5},
		},
		"not where it is unwanted": {
			batch: mapper.Batch{Size: 4, Whole: true},
			calls: [][2]int{{0, 3}, {4, 7}}, took: 20 * time.Millisecond, bad: []int{4, 5, 6, 7},
		},
		"not where nothing may run twice": {
			batch: mapper.Batch{Size: 4},
			opts:  mapper.Options{AtMostOnce: true},
			calls: [][2]int{{0, 3}, {4, 7}}, took: 20 * time.Millisecond, bad: []int{4, 5, 6, 7},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newTable(5)
				b.take = 10 * time.Millisecond
				if c.table != nil {
					c.table(b)
				}
				if c.batch == (mapper.Batch{}) {
					c.batch = eight
				}
				c.opts.Containers, c.opts.ReturnExceptions = max(c.opts.Containers, 1), true
				all := results(mapper.Batched(b.insert, c.batch).Map(t.Context(), ints(8), c.opts))
				require.Equal(t, c.bad, b.failed(t, all))
				require.Equal(t, c.took, b.ended)
				if c.calls != nil {
					require.Equal(t, c.calls, b.calls())
				}
			})
		})
	}
}

// TestSplitIsTold: observers hear that each attempt of a row was followed by another at once.
func TestSplitIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		b := newTable(5)
		results(mapper.Batched(b.insert, eight).Map(t.Context(), ints(8), mapper.Options{Containers: 1, Observer: &l, ReturnExceptions: true}))
		synctest.Wait()
		times := map[int]int{}
		for _, ev := range l.of(supervisor.InputRetried) {
			times[ev.Input]++
			require.Equal(t, []any{times[ev.Input], errBad, time.Time{}}, []any{ev.Attempt, ev.Err, ev.Next})
		}
		require.Equal(t, map[int]int{0: 1, 1: 1, 2: 1, 3: 1, 4: 3, 5: 3, 6: 2, 7: 2}, times)
		require.Len(t, l.of(supervisor.InputFailed), 1)
	})
}

// TestSplitEndsARun: without ReturnExceptions the run ends with the bad row, and not with the batch.
func TestSplitEndsARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTable(5, 6)
		values, err := mapper.Batched(b.insert, eight).Collect(t.Context(), ints(16), mapper.Options{Containers: 1})
		require.Equal(t, &mapper.InputError{Index: 5, Attempts: 4, Err: errBad}, err)
		require.Equal(t, []int{0, 2, 4, 6, 8, 0}, values[:6])
		require.Equal(t, halving[:6], b.calls(), "nothing after that")
	})
}

// TestSplitIsOver: a run that has ended looks for nobody any more.
func TestSplitIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTable(5)
		b.take = 10 * time.Millisecond
		ctx, cancel := context.WithTimeoutCause(t.Context(), 25*time.Millisecond, errCancelled)
		defer cancel()
		all := results(mapper.Batched(b.insert, eight).Map(ctx, ints(8), mapper.Options{Containers: 1, ReturnExceptions: true}))
		require.Len(t, all, 8)
		for i, r := range all {
			if i < 4 {
				require.Equal(t, mapper.Result[int, int]{Index: i, Input: i, Value: 2 * i, Attempts: 2}, r)
			} else {
				require.Equal(t, mapper.Result[int, int]{Index: i, Input: i, Err: errCancelled, Attempts: 2, Unfinished: true}, r)
			}
		}
		require.Equal(t, halving[:3], b.calls())
	})
}

// TestSplitWithoutACall that is cancelled while its part waits: the others go on.
func TestSplitWithoutACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTable(5)
		b.take = time.Second
		f := deploy(t, mapper.Batched(b.insert, eight), mapper.Options{Containers: 1})
		calls, err := f.SpawnAll(t.Context(), ints(8))
		require.NoError(t, err)
		time.Sleep(1500 * time.Millisecond)
		calls[5].Cancel() // waits with 4, 6 and 7
		for i, c := range calls {
			_, err := c.Get(t.Context())
			if i == 5 {
				require.Equal(t, mapper.ErrCancelled, err)
			} else {
				require.NoError(t, err)
			}
		}
		require.NoError(t, f.Stop(t.Context()))
		require.Equal(t, [][]int{ints(8), {0, 1, 2, 3}, {4, 6, 7}}, b.seen)
	})
}

// TestSplitWaitsForNobody: a part does not wait to be filled, and does not fill the batch that forms.
func TestSplitWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTable(1)
		b.take = 100 * time.Millisecond
		f := deploy(t, mapper.Batched(b.insert, mapper.Batch{Size: 2, Wait: time.Second}), mapper.Options{Containers: 1})
		calls, err := f.SpawnAll(t.Context(), ints(3)) // the third waits
		require.NoError(t, err)
		_, err = mapper.Gather(t.Context(), calls[:2]...)
		require.ErrorIs(t, err, errBad)
		require.Equal(t, 300*time.Millisecond, time.Since(b.began))
		_, err = calls[2].Get(t.Context())
		require.NoError(t, err)
		require.NoError(t, f.Stop(t.Context()))
		require.Equal(t, [][]int{{0, 1}, {0}, {1}, {2}}, b.seen)
	})
}

// TestEachBatch: a function without values, errors of single rows included.
func TestEachBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTable(5)
		body := mapper.EachBatch(func(ctx context.Context, in []int) error {
			if in[0] >= 8 {
				errs := make(mapper.Errors, len(in))
				errs[1] = errFlaky
				return errs
			}
			_, err := b.insert(ctx, in)
			return err
		}, eight)
		_, err := body.Collect(t.Context(), ints(16), mapper.Options{Containers: 1, ReturnExceptions: true})
		require.Equal(t, &mapper.FailuresError{Inputs: 16, Failures: []mapper.InputError{
			{Index: 5, Attempts: 4, Err: errBad}, {Index: 9, Attempts: 1, Err: errFlaky},
		}}, err)

		invalid, ok := errors.AsType[*policy.InvalidError](mapper.EachBatch[int](nil, eight).Validate())
		require.True(t, ok)
		require.Equal(t, "fn", invalid.Field)
		require.ErrorContains(t, mapper.EachBatch(func(context.Context, []int) error { return nil }, mapper.Batch{}).Validate(), "Batch.Size")
	})
}
