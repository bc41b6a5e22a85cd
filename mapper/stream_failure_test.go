package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
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

// goesWrong is a function whose input 1 ends as told after two outputs, or after none.
func goesWrong(outputs int, end func(yield func(int, error) bool)) streamFn {
	return func(_ context.Context, i int) iter.Seq2[int, error] {
		if i != 1 {
			return numbers(2)
		}
		return func(yield func(int, error) bool) {
			for k := range outputs {
				yield(k, nil)
			}
			end(yield)
		}
	}
}

func TestStreamFailures(t *testing.T) {
	t.Parallel()
	own := &ownError{1}
	rows := map[string]struct {
		end   func(yield func(int, error) bool)
		check func(*testing.T, error)
	}{
		"an error": {
			func(yield func(int, error) bool) { yield(42, own) },
			func(t *testing.T, err error) { require.Same(t, own, err) },
		},
		"a permanent error": {
			func(yield func(int, error) bool) { yield(42, policy.Permanent(own)) },
			func(t *testing.T, err error) { require.Same(t, own, err) },
		},
		"an error, and asking for more": {
			func(yield func(int, error) bool) {
				if !yield(42, own) {
					return
				}
				t.Error("it was asked for more")
			},
			func(t *testing.T, err error) { require.Same(t, own, err) },
		},
		"a panic": {
			func(func(int, error) bool) { panic(errCrash) },
			func(t *testing.T, err error) { requireCrash(t, err, 1) },
		},
		"Goexit": {
			func(func(int, error) bool) { runtime.Goexit() },
			func(t *testing.T, err error) {
				crash, ok := errors.AsType[*supervisor.CrashError](err)
				require.True(t, ok, err)
				require.True(t, crash.Goexit)
			},
		},
		"going on after an error": {
			func(yield func(int, error) bool) {
				yield(42, own)
				yield(43, nil)
			},
			func(t *testing.T, err error) { requireStreamCrash(t, err) },
		},
	}
	for name, row := range rows {
		for _, containers := range []int{1, 3} {
			for _, outputs := range []int{0, 2, 30} {
				t.Run(fmt.Sprintf("%s after %d in %d", name, outputs, containers), func(t *testing.T) {
					t.Parallel()
					checkFailure(t, goesWrong(outputs, row.end), outputs, containers, row.check)
				})
			}
		}
	}
}

// checkFailure runs fn over three inputs, of which the second fails after its outputs.
func checkFailure(t *testing.T, fn streamFn, outputs, containers int, check func(*testing.T, error)) {
	t.Helper()
	head := []string{"0.0", "0.1"}
	var middle []string
	for k := range outputs {
		middle = append(middle, fmt.Sprintf("1.%d", k))
	}
	middle = append(middle, fmt.Sprintf("1.%d!", outputs))
	opts := mapper.Options{Containers: containers, Crashes: forgiving, ReturnExceptions: true}

	got := streamOf(t, fn, 3, opts)
	require.Equal(t, slices.Concat(head, middle, []string{"2.0", "2.1"}), brief(got))
	failure := got[len(head)+outputs]
	check(t, failure.Err)
	require.Equal(t, output{Index: 1, Number: outputs, Input: 1, Err: failure.Err}, failure)

	opts.Unordered = true
	got = streamOf(t, fn, 3, opts)
	require.Len(t, got, 5+outputs)
	slices.SortStableFunc(got, func(a, b output) int { return a.Index - b.Index })
	require.Equal(t, slices.Concat(head, middle, []string{"2.0", "2.1"}), brief(got))

	for _, opts.Unordered = range []bool{false, true} {
		opts.ReturnExceptions = false
		got = streamOf(t, fn, 3, opts)
		last := got[len(got)-1]
		require.Equal(t, 1, last.Index)
		check(t, last.Err)
		got = slices.DeleteFunc(got, func(o output) bool { return o.Index != 1 })
		require.Equal(t, middle, brief(got), "after the outputs so far")
	}
}

func requireStreamCrash(t *testing.T, err error) {
	t.Helper()
	_, ok := errors.AsType[*supervisor.CrashError](err)
	require.True(t, ok, "%v", err)
}

// What is finished before the first failure is yielded first, with nobody reading when it
// happens; what is not finished is cut short.
func TestStreamFirstFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := &ownError{1}
		fn := func(ctx context.Context, i int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				yield(0, nil)
				switch i {
				case 0, 2:
					<-ctx.Done()
					yield(1, ctx.Err())
				case 3:
					time.Sleep(time.Second)
					yield(1, own)
				}
			}
		}
		var got []output
		for o := range mapper.Stream(t.Context(), fn, upTo(9), mapper.Options{Containers: 4}) {
			got = append(got, o)
			time.Sleep(2 * time.Second)
		}
		require.Equal(t, []string{"0.0", "1.0", "3.0", "3.1!"}, brief(got))
		require.Same(t, own, got[3].Err)
	})
}

func TestStreamSourcePanics(t *testing.T) {
	t.Parallel()
	own := &ownError{1}
	for _, all := range []bool{false, true} {
		for _, n := range []int{0, 1, 5} {
			inputs := func(yield func(int) bool) {
				for i := range n {
					yield(i)
				}
				panic(own)
			}
			fn := func(context.Context, int) iter.Seq2[int, error] { return numbers(2) }
			got := slices.Collect(mapper.Stream(t.Context(), fn, inputs, mapper.Options{ReturnExceptions: all}))
			last := got[len(got)-1]
			require.ErrorIs(t, last.Err, own)
			if n == 0 {
				require.Equal(t, []string{"-1.0!"}, brief(got))
			}
		}
	}
}

// Crashes outweigh progress: each input says so, in order.
func TestStreamCutoff(t *testing.T) {
	for _, all := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			pulled := make(chan struct{}) // what is not pulled when the run ends has no output
			fn := func(context.Context, int) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) {
					<-pulled
					yield(0, nil)
					panic("boom")
				}
			}
			inputs := func(yield func(int) bool) {
				defer close(pulled)
				upTo(500)(yield)
			}
			got := slices.Collect(mapper.Stream(t.Context(), fn, inputs, mapper.Options{Containers: 4, ReturnExceptions: all}))
			if !all {
				require.Error(t, got[len(got)-1].Err)
				return
			}
			ended, cut := 0, 0
			for _, o := range got {
				require.Equal(t, ended, o.Index)
				if o.Err != nil {
					ended++
					if errors.Is(o.Err, supervisor.ErrCutoff) {
						cut++
					}
				}
			}
			require.Positive(t, cut)
			require.Positive(t, ended-cut)
		})
	}
}
