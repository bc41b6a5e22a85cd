package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

func runSourceCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Seq2             [][2]any `json:"seq2"`
		FnMS             float64  `json:"fn_ms"`
		ReturnExceptions bool     `json:"return_exceptions"`
	}](t, c.Setup)
	want := decodeCase[struct {
		Results [][2]any `json:"results"`
		Wait    string   `json:"wait"`
	}](t, c.Want())
	inputs := func(yield func(int, error) bool) {
		for _, pair := range setup.Seq2 {
			var err error
			if text, failed := pair[1].(string); failed {
				err = errors.New(text)
			}
			if !yield(int(pair[0].(float64)), err) {
				return
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			return i, during(ctx, caseMS(setup.FnMS))
		}, mapper.Source(inputs), mapper.Options{ReturnExceptions: setup.ReturnExceptions})
		require.NoError(t, err)
		kind := func(err error) string {
			if err == nil {
				return "ok"
			}
			require.EqualError(t, errors.Unwrap(err), "list failed")
			return fmt.Sprintf("%T", err)
		}
		var got [][2]any
		for r := range run.All() {
			got = append(got, [2]any{float64(r.Index), sourceName(kind(r.Err))})
		}
		require.Equal(t, want.Results, got)
		require.Equal(t, want.Wait, sourceName(kind(run.Wait())))
	})
}

// sourceName is the name of a type as the cases have it.
func sourceName(name string) string {
	if name == "*mapper.SourceError" {
		return "*SourceError"
	}
	return name
}

var errListing = errors.New("no more pages")

// failing yields so many inputs and then an error, and must not be asked for more.
func failing(t *testing.T, n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		yield(-1, errListing)
		t.Error("asked for more after the error")
	}
}

// TestSource: through each door that takes an iterator what was given before the error is finished, however long that
// takes, and then the run ends with it.
func TestSource(t *testing.T) {
	fn := func(ctx context.Context, i int) (int, error) { return i, during(ctx, time.Hour) }
	batches := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
		return in, during(ctx, time.Hour)
	}, mapper.Batch{Size: 4, Wait: 10 * time.Minute})
	doors := map[string]func(*testing.T, iter.Seq[int], mapper.Options) ([]result, error){
		"MapSeq": func(t *testing.T, in iter.Seq[int], opts mapper.Options) ([]result, error) {
			all := results(mapper.MapSeq(t.Context(), fn, in, opts))
			return all, all[len(all)-1].Err
		},
		"Start": func(t *testing.T, in iter.Seq[int], opts mapper.Options) ([]result, error) {
			run, err := mapper.Start(t.Context(), fn, in, opts)
			require.NoError(t, err)
			return slices.Collect(run.All()), run.Wait()
		},
		"batches": func(t *testing.T, in iter.Seq[int], opts mapper.Options) ([]result, error) {
			run, err := batches.Start(t.Context(), in, opts)
			require.NoError(t, err)
			return slices.Collect(run.All()), run.Wait()
		},
		"a function": func(t *testing.T, in iter.Seq[int], opts mapper.Options) ([]result, error) {
			f := deploy(t, mapper.Plain(fn), mapper.Options{Containers: opts.Containers})
			run, err := f.Start(t.Context(), in, mapper.RunOptions{ReturnExceptions: opts.ReturnExceptions, Unordered: opts.Unordered})
			require.NoError(t, err)
			all, err := slices.Collect(run.All()), run.Wait()
			require.NoError(t, f.Stop(t.Context()))
			return all, err
		},
	}
	for name, door := range doors {
		for _, n := range []int{0, 1, 7, 100} {
			for _, opts := range []mapper.Options{{}, {ReturnExceptions: true}, {Unordered: true}, {Containers: 3, Outstanding: 5}} {
				t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						all, err := door(t, mapper.Source(failing(t, n)), opts)
						last := all[len(all)-1]
						require.Equal(t, -1, last.Index)
						require.Equal(t, last.Err, err)
						failure, ok := errors.AsType[*mapper.SourceError](err)
						require.True(t, ok)
						require.Same(t, errListing, failure.Err)
						require.ErrorIs(t, err, errListing)
						require.EqualError(t, err, "mapper: the inputs' iterator failed: no more pages")
						indexes := make([]int, n)
						for i, r := range all[:n] {
							require.NoError(t, r.Err)
							indexes[i] = r.Index
						}
						slices.Sort(indexes)
						require.Equal(t, ints(n), indexes)
						require.Len(t, all, n+1)
					})
				})
			}
		}
	}
}

// TestSourceOrder: whichever comes first, the failure of an input or that of the inputs, is why a run ends.
func TestSourceOrder(t *testing.T) {
	for bad := range 3 {
		synctest.Test(t, func(t *testing.T) {
			run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
				if i == bad {
					return 0, errCrash
				}
				return i, nil
			}, mapper.Source(failing(t, 3)), mapper.Options{Containers: 1})
			require.NoError(t, err)
			for range run.All() {
			}
			require.ErrorIs(t, run.Wait(), errCrash)
			require.NotErrorIs(t, run.Wait(), errListing)
		})
	}
}

// TestSourceWithin: the error passes iterators that are built on the source, whose deferred calls are run, and a loop of
// one's own learns of it as a panic.
func TestSourceWithin(t *testing.T) {
	closed := 0
	doubled := func(yield func(int) bool) {
		defer func() { closed++ }()
		for i := range mapper.Source(failing(t, 2)) {
			if !yield(2 * i) {
				return
			}
		}
	}
	run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil }, doubled, mapper.Options{})
	require.NoError(t, err)
	all := slices.Collect(run.All())
	require.Len(t, all, 3)
	require.Equal(t, 2, all[1].Value)
	require.ErrorIs(t, run.Wait(), errListing)
	require.Equal(t, 1, closed)

	defer func() {
		failure, ok := recover().(error)
		require.True(t, ok)
		require.ErrorIs(t, failure, errListing)
		require.EqualError(t, failure, "mapper: a Source outside of a run has failed: no more pages")
		require.Empty(t, slices.Collect(mapper.Source[int](nil)))
	}()
	for range doubled {
	}
}

// TestSourceOutcome: observers are told that the inputs are to blame.
func TestSourceOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends tally[supervisor.Event]
		run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil },
			mapper.Source(failing(t, 2)), mapper.Options{Observer: supervisor.ObserverFunc(func(ev supervisor.Event) {
				if ev.Kind == supervisor.RunEnded {
					ends.add(ev)
				}
			})})
		require.NoError(t, err)
		for range run.All() {
		}
		require.ErrorIs(t, run.Wait(), errListing)
		require.Len(t, ends.all(), 1)
		require.Equal(t, supervisor.SourceFailed, ends.all()[0].Outcome)
	})
}
