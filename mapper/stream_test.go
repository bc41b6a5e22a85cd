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
	"github.com/longshore-go/longshore/policy"
)

type (
	output   = mapper.Output[int, int]
	streamFn = func(context.Context, int) iter.Seq2[int, error]
)

// forgiving never gives up: what crashes do to a run is tested elsewhere.
var forgiving = policy.Ephemeral{ColdDebt: 1 << 20, Debt: 1 << 20}

// numbers yields 0, 1, ... as long as it is asked, n of them at most.
func numbers(n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := 0; i < n && yield(i, nil); i++ {
		}
	}
}

// upTo is the inputs 0 to n-1.
func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

// brief is an output in a word: index.number, and ! for a failure.
func brief(outs []output) (words []string) {
	for _, o := range outs {
		word := fmt.Sprintf("%d.%d", o.Index, o.Number)
		if o.Err != nil {
			word += "!"
		}
		words = append(words, word)
	}
	return words
}

func streamOf(t *testing.T, fn streamFn, n int, opts mapper.Options) []output {
	t.Helper()
	return slices.Collect(mapper.Stream(t.Context(), fn, upTo(n), opts))
}

func TestStreamOrder(t *testing.T) {
	t.Parallel()
	counts := []int{3, 0, 1, 40, 0, 2}
	fn := func(_ context.Context, i int) iter.Seq2[int, error] {
		if counts[i] == 0 && i > 1 {
			return nil
		}
		return numbers(counts[i])
	}
	var want []output
	for i, n := range counts {
		for k := range n {
			want = append(want, output{Index: i, Number: k, Input: i, Value: k})
		}
	}
	for _, containers := range []int{1, 2, 8} {
		opts := mapper.Options{Containers: containers}
		stream := mapper.Stream(t.Context(), fn, upTo(len(counts)), opts)
		for range 2 { // each range is a run of its own
			require.Equal(t, want, slices.Collect(stream))
		}
		opts.Unordered = true
		got := streamOf(t, fn, len(counts), opts)
		slices.SortStableFunc(got, func(a, b output) int { return a.Index - b.Index }) // keeps the order of each
		require.Equal(t, want, got)
	}
}

func TestStreamIsLazy(t *testing.T) {
	t.Parallel()
	pulled := false
	stream := mapper.Stream(t.Context(), func(context.Context, int) iter.Seq2[int, error] { return numbers(1) }, func(yield func(int) bool) {
		pulled = true
		yield(7)
	}, mapper.Options{})
	require.False(t, pulled)
	require.Equal(t, []output{{Input: 7}}, slices.Collect(stream))
}

func TestStreamUnorderedAsTheyCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fn := func(_ context.Context, i int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				time.Sleep(time.Duration(10-i) * time.Millisecond)
				for k := range 2 {
					yield(k, nil)
					time.Sleep(time.Second)
				}
			}
		}
		got := streamOf(t, fn, 3, mapper.Options{Containers: 3, Unordered: true})
		require.Equal(t, []string{"2.0", "1.0", "0.0", "2.1", "1.1", "0.1"}, brief(got))
	})
}

// The outputs of the head are yielded while it runs, and those of the others wait.
func TestStreamIsLive(t *testing.T) {
	t.Parallel()
	for _, unordered := range []bool{false, true} {
		heard := make(chan struct{})
		fn := func(_ context.Context, i int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				if yield(0, nil) && i == 0 {
					<-heard // by the reader of output 0
				}
				yield(1, nil)
			}
		}
		n := 0
		for o := range mapper.Stream(t.Context(), fn, upTo(3), mapper.Options{Containers: 1, Unordered: unordered}) {
			require.NoError(t, o.Err)
			if n == 0 {
				require.Equal(t, output{}, o)
				close(heard)
			}
			n++
		}
		require.Equal(t, 6, n)
	}
}

// However slow the reader, an input runs ahead of it by 16 outputs and has one more in hand.
func TestStreamBackpressure(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			const containers = 4
			var made [containers + 1]atomic.Int64
			read := [containers + 1]int64{}
			fn := func(_ context.Context, i int) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) {
					for k := 0; ; k++ {
						made[i].Add(1)
						if !yield(k, nil) {
							return
						}
					}
				}
			}
			n := 0
			for o := range mapper.Stream(t.Context(), fn, upTo(containers+1), mapper.Options{Containers: containers, Unordered: unordered}) {
				synctest.Wait()
				for i := range containers {
					ahead := made[i].Load() - read[i]
					require.LessOrEqual(t, ahead, int64(17), "input %d at output %d", i, n)
					require.Greater(t, ahead, int64(8), "input %d at output %d", i, n)
				}
				require.Zero(t, made[containers].Load(), "no container is free")
				require.EqualValues(t, read[o.Index], o.Number)
				read[o.Index]++
				if n++; n == 1 {
					for i := range containers {
						require.EqualValues(t, 17, made[i].Load())
					}
				}
				if n == 200 {
					break
				}
			}
			if !unordered {
				require.EqualValues(t, 200, read[0])
			}
		})
	}
}

func TestStreamOutstanding(t *testing.T) {
	for _, opts := range []mapper.Options{
		{Containers: 4, Outstanding: 1},
		{Containers: 4, Outstanding: 5},
		{Containers: 1, Outstanding: 200},
		{Containers: 4, Outstanding: 200, Unordered: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			pulled, passed := atomic.Int64{}, int64(0)
			inputs := func(yield func(int) bool) {
				for i := 0; i < 1000; i++ {
					pulled.Add(1)
					if !yield(i) {
						return
					}
				}
			}
			most := int64(0)
			fn := func(context.Context, int) iter.Seq2[int, error] { return numbers(1) }
			for range mapper.Stream(t.Context(), fn, inputs, opts) {
				synctest.Wait()
				most = max(most, pulled.Load()-passed)
				passed++
			}
			require.EqualValues(t, 1000, passed)
			require.LessOrEqual(t, most, int64(opts.Outstanding))
			require.GreaterOrEqual(t, most, int64(opts.Outstanding+1)/2, "but use is made of it")
		})
	}
}

func TestStreamRefuses(t *testing.T) {
	t.Parallel()
	fn := func(context.Context, int) iter.Seq2[int, error] { return numbers(1) }
	rows := map[string]struct {
		fn     streamFn
		opts   mapper.Options
		reason string
	}{
		"fn":          {nil, mapper.Options{}, "must not be nil"},
		"Containers":  {fn, mapper.Options{Containers: -1}, "must be"},
		"Outstanding": {fn, mapper.Options{Outstanding: -1}, "must be"},
		"Retries":     {fn, mapper.Options{Retries: policy.FixedRetries(1)}, "cannot be taken back"},
		"Jitter":      {fn, mapper.Options{Retries: policy.Retries{Jitter: 2}}, ""},
	}
	for field, row := range rows {
		pulled := false
		got := slices.Collect(mapper.Stream(t.Context(), row.fn, func(func(int) bool) { pulled = true }, row.opts))
		require.Len(t, got, 1)
		var invalid *policy.InvalidError
		require.ErrorAs(t, got[0].Err, &invalid)
		require.Contains(t, invalid.Field, field)
		require.Contains(t, invalid.Reason, row.reason)
		require.Equal(t, output{Index: -1, Err: got[0].Err}, got[0])
		require.False(t, pulled)
	}
	require.Empty(t, slices.Collect(mapper.Stream(t.Context(), fn, nil, mapper.Options{})))
	require.Empty(t, streamOf(t, fn, 0, mapper.Options{}))
}
