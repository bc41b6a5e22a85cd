package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// TestEachIsCollectWithoutValues: through every door, the error is the one that Collect has, and as much was executed.
func TestEachIsCollectWithoutValues(t *testing.T) {
	odd := errors.New("odd")
	var executed atomic.Int64
	fn := func(_ context.Context, i int) (int, error) {
		executed.Add(1)
		if i%10 == 1 {
			return i, policy.Permanent(odd)
		}
		return i, nil
	}
	batched := func(_ context.Context, in []int) ([]int, error) {
		errs := make(mapper.Errors, len(in))
		for i := range in {
			_, errs[i] = fn(t.Context(), in[i])
		}
		return in, errs
	}
	bodies := map[string]mapper.Body[int, int]{
		"Plain":   mapper.Plain(fn),
		"Batched": mapper.Batched(batched, mapper.Batch{Size: 7}),
		"WithState": mapper.WithState(
			func(context.Context) (int, error) { return 0, nil },
			func(ctx context.Context, _, i int) (int, error) { return fn(ctx, i) }, nil),
		"Expanding": mapper.Expanding(func(ctx context.Context, i int, add func(...int)) (int, error) {
			if i < 100 {
				add(i + 100)
			}
			return fn(ctx, i)
		}, mapper.Frontier[int]{}),
	}
	for name, body := range bodies {
		for _, n := range []int{0, 1, 100} {
			for _, all := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%d/%v", name, n, all), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						inputs := slices.Collect(upTo(n))
						opts := mapper.Options{Containers: 1, ReturnExceptions: all}
						executed.Store(0)
						_, want := body.Collect(t.Context(), inputs, opts)
						count := executed.Swap(0)
						require.Equal(t, want, body.Each(t.Context(), inputs, opts))
						require.Equal(t, count, executed.Swap(0))

						f := deploy(t, body, mapper.Options{Containers: 1})
						require.Equal(t, want, f.Each(t.Context(), inputs, mapper.RunOptions{ReturnExceptions: all}))
						require.Equal(t, count, executed.Load())
						require.NoError(t, f.Stop(t.Context()))
						require.ErrorIs(t, f.Each(t.Context(), inputs, mapper.RunOptions{}), mapper.ErrStopped)
					})
				})
			}
		}
	}
}

// TestEachRefuses what Collect refuses.
func TestEachRefuses(t *testing.T) {
	t.Parallel()
	_, refused := errors.AsType[*policy.InvalidError](mapper.Plain(square).Each(t.Context(), []int{1}, mapper.Options{Containers: -1}))
	require.True(t, refused)
	_, refused = errors.AsType[*policy.InvalidError](mapper.Plain[int, int](nil).Each(t.Context(), []int{1}, mapper.Options{}))
	require.True(t, refused)
}

// TestEachKeepsNoValues: values of 64 MiB in all are garbage by the end of the run.
func TestEachKeepsNoValues(t *testing.T) {
	var most, begun atomic.Uint64
	require.NoError(t, mapper.Plain(func(context.Context, int) ([]byte, error) {
		if begun.Add(1)%64 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
		}
		return make([]byte, 128<<10), nil
	}).Each(t.Context(), make([]int, 512), mapper.Options{Containers: 1}))
	require.Less(t, most.Load(), uint64(48<<20))
}
