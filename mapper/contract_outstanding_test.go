package mapper_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// taking counts inputs as they are taken: pulled from the iterator, or of a slice begun.
type taking struct{ taken atomic.Int64 }

func (k *taking) seq(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			k.taken.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

func (k *taking) fn(ctx context.Context, i int) (int, error) {
	if i%7 == 0 {
		return i, during(ctx, 20*time.Millisecond)
	}
	return i, nil
}

func (k *taking) begun(ctx context.Context, i int) (int, error) {
	k.taken.Add(1)
	return k.fn(ctx, i)
}

// TestContractOutstanding: Outstanding bounds the inputs taken and not yet delivered, in every form.
func TestContractOutstanding(t *testing.T) {
	const n = 2000
	forms := map[string]func(*testing.T, *taking, mapper.Options) iter.Seq[result]{
		"All": func(t *testing.T, k *taking, opts mapper.Options) iter.Seq[result] {
			run, err := mapper.Start(t.Context(), k.fn, k.seq(n), opts)
			require.NoError(t, err)
			return run.All()
		},
		"Results": func(t *testing.T, k *taking, opts mapper.Options) iter.Seq[result] {
			run, err := mapper.Start(t.Context(), k.fn, k.seq(n), opts)
			require.NoError(t, err)
			return drained(run.Results())
		},
		"MapSeq": func(t *testing.T, k *taking, opts mapper.Options) iter.Seq[result] {
			return drained(mapper.MapSeq(t.Context(), k.fn, k.seq(n), opts))
		},
		"Map": func(t *testing.T, k *taking, opts mapper.Options) iter.Seq[result] {
			return drained(mapper.Map(t.Context(), k.begun, ints(n), opts))
		},
	}
	for name, form := range forms {
		for _, unordered := range []bool{false, true} {
			for _, outstanding := range drawn(1, 2, 7, 16, 100, 1024) {
				t.Run(fmt.Sprintf("%s/%d/unordered=%v", name, outstanding, unordered), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						k := &taking{}
						delivered, most := 0, 0
						for r := range form(t, k, mapper.Options{Containers: 5, Outstanding: outstanding, Unordered: unordered}) {
							require.NoError(t, r.Err)
							delivered++
							if delivered%50 == 1 {
								time.Sleep(10 * time.Second) // until nobody can go any further
							}
							most = max(most, int(k.taken.Load())-delivered)
						}
						require.Equal(t, n, delivered)
						require.LessOrEqual(t, most, outstanding)
						require.GreaterOrEqual(t, most, outstanding/2, "and most of it is used")
					})
				})
			}
		}
	}
}

// TestContractSlowHead: one slow input at the head of an ordered run does not stop the others before Outstanding does.
func TestContractSlowHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int64
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			begun.Add(1)
			if i == 0 {
				return i, during(ctx, time.Hour)
			}
			return i, during(ctx, time.Millisecond)
		}, slices.Values(ints(1000)), mapper.Options{Containers: 4, Outstanding: 100})
		require.NoError(t, err)
		results := run.Results()
		time.Sleep(time.Minute)
		require.GreaterOrEqual(t, begun.Load(), int64(80))
		require.LessOrEqual(t, begun.Load(), int64(100))
		n := 0
		for r := range results {
			require.Equal(t, n, r.Index)
			n++
		}
		require.Equal(t, 1000, n)
	})
}
