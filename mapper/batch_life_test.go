package mapper_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// batches notes the batches that a function was given, and when.
type batches struct {
	mu    sync.Mutex
	began time.Time
	seen  [][]int
	at    []time.Duration
	tries map[int]int
}

func newBatches() *batches { return &batches{began: time.Now(), tries: map[int]int{}} }

// body is a function over batches that does for each input what act says: an error, or a
// panic of the whole batch. try counts the attempts of the input from 1.
func (b *batches) body(batch mapper.Batch, act func(n, try int) error) mapper.Body[int, int] {
	return mapper.Batched(func(_ context.Context, in []int) ([]int, error) {
		b.note(in)
		out, errs := make([]int, len(in)), make(mapper.Errors, len(in))
		for i, n := range in {
			out[i], errs[i] = 2*n, act(n, b.tries[n])
		}
		if !slices.ContainsFunc(errs, func(err error) bool { return err != nil }) {
			return out, nil
		}
		return out, errs
	}, batch)
}

func (b *batches) note(in []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = append(b.seen, slices.Clone(in))
	b.at = append(b.at, time.Since(b.began))
	for _, n := range in {
		b.tries[n]++
	}
}

func results[In, Out any](ch <-chan mapper.Result[In, Out]) (all []mapper.Result[In, Out]) {
	for r := range ch {
		all = append(all, r)
	}
	return all
}

// Each input of a batch has its own error, its own retries, and its own delay.
func TestBatchErrorsAreEachInputsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, flaky, never := newBatches(), errors.New("flaky"), errors.New("never")
		body := b.body(mapper.Batch{Size: 4}, func(n, try int) error {
			switch {
			case n == 1 && try <= 2:
				return flaky
			case n == 2:
				return policy.Permanent(never)
			case n == 3 && try == 1:
				return policy.RetryAfter(flaky, time.Minute)
			case n == 5:
				return flaky
			}
			return nil
		})
		f := deploy(t, body, mapper.Options{Containers: 1, Retries: policy.Retries{MaxRetries: 2}})
		got := results(f.Map(t.Context(), ints(8), mapper.RunOptions{ReturnExceptions: true}))
		want := map[int]mapper.Result[int, int]{
			1: {Value: 2, Attempts: 3}, 2: {Err: never, Attempts: 1}, 3: {Value: 6, Attempts: 2}, 5: {Err: flaky, Attempts: 3},
		}
		require.Len(t, got, 8)
		for i, r := range got {
			w, special := want[i]
			if !special {
				w = mapper.Result[int, int]{Value: 2 * i, Attempts: 1}
			}
			w.Index, w.Input = i, i
			require.Equal(t, w, r)
		}
		require.Equal(t, [][]int{{0, 1, 2, 3}, {4, 5, 6, 7}, {1, 5}, {1, 5}, {3}}, b.seen)
		require.Equal(t, []time.Duration{0, 0, time.Second, 3 * time.Second, time.Minute}, b.at)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// A batch that returns another number of values, or errors, is a failure of each input,
// and retried like one.
func TestBatchOfAnotherLength(t *testing.T) {
	for name, answer := range map[string]func(in []int) ([]int, error){
		"few values":  func(in []int) ([]int, error) { return in[1:], nil },
		"many values": func(in []int) ([]int, error) { return append(in, 1), nil },
		"no values":   func([]int) ([]int, error) { return nil, nil },
		"few errors":  func(in []int) ([]int, error) { return in, mapper.Errors{nil} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := mapper.Batched(func(_ context.Context, in []int) ([]int, error) { return answer(in) }, mapper.Batch{Size: 3})
				got := results(body.Map(t.Context(), ints(3), mapper.Options{
					Containers: 1, ReturnExceptions: true, Retries: policy.FixedRetries(1),
				}))
				require.Len(t, got, 3)
				for _, r := range got {
					length, ok := errors.AsType[*mapper.LengthError](r.Err)
					require.True(t, ok, "%v", r.Err)
					require.Equal(t, 3, length.Inputs)
					require.True(t, length.Values != 3 || len(length.Errors) > 0)
					require.Equal(t, 2, r.Attempts)
				}
			})
		})
	}
}

// The crash of a batch strikes each of its inputs once; from then on they run alone, so that
// only the poison fails.
func TestBatchWithAPoison(t *testing.T) {
	for how, die := range map[string]func(){"panic": func() { panic("poison") }, "goexit": runtime.Goexit} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBatches()
				f := deploy(t, b.body(mapper.Batch{Size: 4}, func(n, _ int) error {
					if n == 2 {
						die()
					}
					return nil
				}), mapper.Options{Containers: 1})
				for i, r := range results(f.Map(t.Context(), ints(8), mapper.RunOptions{ReturnExceptions: true})) {
					require.Equal(t, i, r.Index)
					if i == 2 {
						crash, ok := errors.AsType[*supervisor.CrashError](r.Err)
						require.True(t, ok)
						require.Equal(t, supervisor.PhaseInput, crash.Phase)
						require.Equal(t, 2, crash.Input)
						require.Equal(t, 3, r.Attempts)
					} else {
						require.NoError(t, r.Err)
						require.Equal(t, 2*i, r.Value)
					}
				}
				require.Equal(t, []int{0, 1, 2, 3}, b.seen[0])
				for _, in := range b.seen[1:] {
					require.True(t, len(in) == 1 || in[0] >= 4, "%v", b.seen)
				}
				require.Equal(t, 3, f.Stats().Pool.Crashes)
				require.NoError(t, f.Stop(t.Context()))
			})
		})
	}
}
