package mapper_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// TestSplitAfterATimeout: it may be one row that takes so long, whether its batch heeds its context or not.
func TestSplitAfterATimeout(t *testing.T) {
	for name, heeds := range map[string]bool{"heeds": true, "ignores": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newTable()
				body := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
					switch slow := slices.Contains(in, 5); {
					case slow && heeds:
						b.begin(in)
						<-ctx.Done()
						return nil, ctx.Err()
					case slow:
						b.begin(in)
						time.Sleep(time.Hour)
						return nil, nil
					}
					return b.insert(ctx, in)
				}, eight)
				for i, r := range results(body.Map(t.Context(), ints(8), mapper.Options{
					Containers: 1, ReturnExceptions: true, Timeout: time.Second, Retries: policy.FixedRetries(1),
				})) {
					require.Equal(t, b.tries[i], r.Attempts)
					if i == 5 {
						require.ErrorIs(t, r.Err, mapper.ErrTimeout)
					} else {
						require.NoError(t, r.Err)
					}
				}
				require.Equal(t, append([][2]int{{0, 7}}, halving...), b.calls())
				time.Sleep(2 * time.Hour)
			})
		})
	}
}

// TestSplitKeepsRetries: those that are left are used where a part fails in a way that may pass.
func TestSplitKeepsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTable(5)
		b.says = policy.Permanent(errBad)
		busy := true
		body := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
			if len(in) == 4 && in[0] == 0 && busy {
				busy = false
				b.begin(in)
				return nil, errFlaky
			}
			return b.insert(ctx, in)
		}, eight)
		run, err := body.Start(t.Context(), slices.Values(ints(8)), mapper.Options{
			Containers: 1, ReturnExceptions: true, Retries: policy.FixedRetries(1),
		})
		require.NoError(t, err)
		require.Equal(t, []int{5}, b.failed(t, slices.Collect(run.All())))
		require.Equal(t, append(slices.Clone(halving), [2]int{0, 3}), b.calls())
		require.Equal(t, 4, run.Stats().Retries)
		require.Zero(t, run.Stats().Retrying)
	})
}

// TestSplitMeetsACrash: the rules of crashes hold for a part, too.
func TestSplitMeetsACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTable(1)
		body := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
			if slices.Contains(in, 5) && len(in) < 8 {
				b.begin(in)
				panic("boom")
			}
			return b.insert(ctx, in)
		}, eight)
		for i, r := range results(body.Map(t.Context(), ints(8), mapper.Options{Containers: 1, ReturnExceptions: true})) {
			require.Equal(t, i == 1 || i == 5, r.Err != nil, "row %d: %v", i, r.Err)
			require.Equal(t, b.tries[i], r.Attempts)
		}
		require.Equal(t, [][2]int{{0, 7}, {0, 3}, {0, 1}, {0, 0}, {1, 1}, {2, 3}, {4, 7}}, b.calls()[:7])
		for _, in := range b.seen[7:] {
			require.Len(t, in, 1, "who was in a crash runs alone")
		}
	})
}

// TestSplitIsPreempted: a part that is broken off is executed elsewhere, and stays one.
func TestSplitIsPreempted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTable(5)
		body := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
			if err := during(ctx, time.Second); err != nil {
				b.begin(in)
				return nil, err
			}
			return b.insert(ctx, in)
		}, eight)
		f := deploy(t, body, mapper.Options{Containers: 1})
		calls, err := f.SpawnAll(t.Context(), ints(8))
		require.NoError(t, err)
		time.Sleep(1500 * time.Millisecond)
		require.True(t, f.Preempt(f.Stats().Pool.Containers[0].ID))
		for i, c := range calls {
			_, err := c.Get(t.Context())
			require.Equal(t, i == 5, err != nil)
		}
		require.NoError(t, f.Stop(t.Context()))
		require.Equal(t, slices.Insert(slices.Clone(halving), 1, halving[1]), b.calls())
	})
}
