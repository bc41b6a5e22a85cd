package mapper_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// TestContractSource: a panic or error of the input iterator ends the run with that cause.
func TestContractSource(t *testing.T) {
	boom := &ownError{1}
	ends := map[string]struct {
		end   func()
		check func(*testing.T, error)
	}{
		"panics with an error": {func() { panic(boom) }, func(t *testing.T, err error) { require.ErrorIs(t, err, boom) }},
		"panics with a value": {func() { panic("boom") }, func(t *testing.T, err error) {
			var source *mapper.SourceError
			require.ErrorAs(t, err, &source)
			require.Equal(t, "boom", source.Panic)
			require.Contains(t, source.Stack, "TestContractSource")
		}},
		"calls Goexit": {runtime.Goexit, func(t *testing.T, err error) {
			var source *mapper.SourceError
			require.ErrorAs(t, err, &source)
			require.Nil(t, source.Panic)
			require.Contains(t, err.Error(), "Goexit")
		}},
	}
	for name, c := range ends {
		for _, before := range []int{0, 1, 5} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					inputs := func(yield func(int) bool) {
						for i := range before {
							if !yield(i) {
								return
							}
						}
						c.end()
					}
					run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
						return i, during(ctx, time.Hour)
					}, inputs, mapper.Options{ReturnExceptions: true, Containers: 2})
					require.NoError(t, err)
					begin := time.Now()
					results := slices.Collect(run.All())
					require.Zero(t, time.Since(begin), "at once: what runs is cancelled")
					require.Len(t, results, max(before, 1), "one for each input taken, or one for the run")
					for i, r := range results {
						if before == 0 {
							i = -1
						}
						require.Equal(t, i, r.Index)
						c.check(t, r.Err)
					}
					c.check(t, run.Wait())
				})
			})
		}
	}
}

// TestContractSourceBlocks: inputs that were given are worked on while the iterator stalls, and the end of ctx ends the
// run even if the iterator never returns; Grace later its goroutine is left to it.
func TestContractSourceBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		release, open := barrier(t)
		results := mapper.MapSeq(ctx, func(_ context.Context, i int) (int, error) { return i, nil }, func(yield func(int) bool) {
			for i := range 3 {
				if !yield(i) {
					return
				}
			}
			<-release
		}, mapper.Options{Grace: 2 * time.Second, ReturnExceptions: true})
		for i := range 3 {
			require.Equal(t, result{Index: i, Input: i, Value: i, Attempts: 1}, <-results)
		}
		time.Sleep(time.Hour)
		begin := time.Now()
		cancel(cause)
		require.Equal(t, result{Index: -1, Err: cause}, <-results)
		_, more := <-results
		require.False(t, more)
		require.LessOrEqual(t, time.Since(begin), 2*time.Second)
		open()
	})
}

// TestContractEveryPulledInput: each input that was pulled gets its Result, whenever the run ends.
func TestContractEveryPulledInput(t *testing.T) {
	for outstanding := 1; outstanding < 9; outstanding++ {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			pulled := 0
			run, err := mapper.Start(ctx, func(ctx context.Context, i int) (int, error) {
				return i, during(ctx, time.Second)
			}, func(yield func(int) bool) {
				for i := 0; ; i++ {
					pulled++
					if !yield(i) {
						return
					}
				}
			}, mapper.Options{Containers: 3, Outstanding: outstanding, ReturnExceptions: true})
			require.NoError(t, err)
			n := 0
			for r := range run.All() {
				if r.Index == -1 {
					break // nothing was left to say it with
				}
				require.Equal(t, n, r.Index)
				if n++; n == 20 {
					synctest.Wait()
					cancel()
				}
			}
			require.Equal(t, pulled, n)
		})
	}
}

// TestContractNested: the results of one run are the inputs of another, and a function may run a run.
func TestContractNested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		square := func(ctx context.Context, i int) (int, error) { return i * i, during(ctx, time.Second) }
		opts := mapper.Options{Containers: 2, Outstanding: 3}
		inner := mapper.Map(t.Context(), square, ints(50), opts)
		values := func(yield func(int) bool) {
			for r := range inner {
				if !yield(r.Value) {
					return
				}
			}
		}
		n := 0
		for r := range mapper.MapSeq(t.Context(), square, values, opts) {
			require.Equal(t, n*n*n*n, r.Value)
			n++
		}
		require.Equal(t, 50, n)

		out, err := mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
			squares, err := mapper.Collect(ctx, square, ints(i), opts)
			sum := 0
			for _, s := range squares {
				sum += s
			}
			return sum, err
		}, ints(5), opts)
		require.NoError(t, err)
		require.Equal(t, []int{0, 0, 1, 5, 14}, out)
	})
}
