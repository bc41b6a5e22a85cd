package mapper_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

func runLimitCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Inputs           int     `json:"inputs"`
		FnMS             float64 `json:"fn_ms"`
		Fail             []int   `json:"fail"`
		Containers       int     `json:"containers"`
		ReturnExceptions bool    `json:"return_exceptions"`
		Failures         int     `json:"failures"`
	}](t, c.Setup)
	want := decodeCase[struct {
		Ends  []float64 `json:"ends"`
		Kinds []string  `json:"kinds"`
	}](t, c.Want())
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var kinds []string
		var ends []float64
		for r := range mapper.Map(t.Context(), func(ctx context.Context, i int) (int, error) {
			time.Sleep(caseMS(setup.FnMS))
			if slices.Contains(setup.Fail, i) {
				return 0, &ownError{i}
			}
			return i, nil
		}, ints(setup.Inputs), mapper.Options{
			Containers: setup.Containers, ReturnExceptions: setup.ReturnExceptions,
			FailureLimit: policy.FailureLimit{Count: setup.Failures},
		}) {
			ends = append(ends, float64(time.Since(begin))/float64(time.Millisecond))
			kinds = append(kinds, limitKind(t, r.Err, setup.Fail[setup.Failures-1]))
		}
		require.Equal(t, want.Kinds, kinds)
		require.Equal(t, want.Ends, ends)
	})
}

// limitKind is the kind of a failure; one by the limit unwraps to the last one before it.
func limitKind(t *testing.T, err error, last int) string {
	limit, limited := errors.AsType[*mapper.FailureLimitError](err)
	switch {
	case err == nil:
		return "ok"
	case !limited:
		return "err"
	}
	failure, ok := errors.AsType[*mapper.InputError](limit.Err)
	require.True(t, ok)
	require.Equal(t, last, failure.Index)
	require.Equal(t, &ownError{last}, failure.Err)
	return "limit"
}

// TestFailureLimitCancels: what executes is cancelled with the limit as the cause, or finishes, fails and crashes by itself where
// the limit says Soon; nothing begins after it.
func TestFailureLimitCancels(t *testing.T) {
	for _, soon := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var begun atomic.Int32
			run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
				begun.Add(1)
				if i == 0 {
					time.Sleep(time.Second)
					return 0, &ownError{0}
				}
				if err := during(ctx, time.Minute); err != nil {
					return 0, context.Cause(ctx)
				}
				switch i {
				case 2:
					return 0, &ownError{2}
				case 3:
					panic("three")
				}
				return i, nil
			}, slices.Values(ints(100)), mapper.Options{
				Containers: 4, ReturnExceptions: true, Retries: policy.FixedRetries(0),
				FailureLimit: policy.FailureLimit{Count: 1, Soon: soon},
			})
			require.NoError(t, err)
			begin := time.Now()
			all := slices.Collect(run.All())
			limit := run.Wait()
			require.EqualError(t, limit, "mapper: 1 input failed, which is the limit; the last: mapper: input 0 failed after 1 attempt: own error of attempt 0")
			require.Len(t, all, 100)
			require.Equal(t, &ownError{0}, all[0].Err)
			for _, r := range all[4:] {
				require.Same(t, limit, r.Err)
				require.Zero(t, r.Attempts)
			}
			require.EqualValues(t, 4, begun.Load())
			if !soon {
				require.Equal(t, time.Second, time.Since(begin))
				for _, r := range all[1:4] {
					require.Same(t, limit, r.Err)
				}
				return
			}
			require.Equal(t, time.Minute, time.Since(begin))
			require.NoError(t, all[1].Err)
			require.Equal(t, &ownError{2}, all[2].Err)
			crash, ok := errors.AsType[*supervisor.CrashError](all[3].Err)
			require.True(t, ok)
			require.Equal(t, "three", crash.Panic)
		})
	}
}

// TestFailureLimitSoonEnds: the end of the context, Stop and a reader who leaves end what executes at once, after all.
func TestFailureLimitSoonEnds(t *testing.T) {
	for name, end := range map[string]func(context.CancelFunc, *mapper.Run[int, int]){
		"context": func(cancel context.CancelFunc, _ *mapper.Run[int, int]) { cancel() },
		"Stop":    func(_ context.CancelFunc, run *mapper.Run[int, int]) { run.Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				run, err := mapper.Start(ctx, func(ctx context.Context, i int) (int, error) {
					if i == 0 {
						time.Sleep(time.Second) // so that there is one beside it
						return 0, &ownError{0}
					}
					return 0, during(ctx, time.Hour)
				}, slices.Values(ints(5)), mapper.Options{
					Containers: 2, ReturnExceptions: true, FailureLimit: policy.FailureLimit{Count: 1, Soon: true},
				})
				require.NoError(t, err)
				begin := time.Now()
				time.AfterFunc(time.Minute, func() { end(cancel, run) })
				n := 0
				for range run.All() {
					n++
				}
				require.Equal(t, 5, n)
				require.Equal(t, time.Minute, time.Since(begin))
				_, ok := errors.AsType[*mapper.FailureLimitError](run.Wait())
				require.True(t, ok)
			})
		})
	}
}

// TestFailureLimitSoonInBackoff: a container that waits for its next start is not waited for.
func TestFailureLimitSoonInBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var starts atomic.Int32
		body := mapper.WithState(func(context.Context) (int, error) {
			if starts.Add(1) > 1 {
				return 0, errCrash
			}
			return 0, nil
		}, func(ctx context.Context, _, i int) (int, error) {
			time.Sleep(20 * time.Second)
			return 0, &ownError{i}
		}, nil)
		begin := time.Now()
		_, err := body.Collect(t.Context(), ints(5), mapper.Options{
			Containers: 2, ReturnExceptions: true, Crashes: policy.Deployed{},
			FailureLimit: policy.FailureLimit{Count: 1, Soon: true},
		})
		require.Error(t, err)
		require.Equal(t, 20*time.Second, time.Since(begin))
	})
}

// TestFailureLimitAgainstAModel: one container, any limit, any failures: the run ends at the input that the model says.
func TestFailureLimitAgainstAModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := policy.FailureLimit{Count: rapid.IntRange(0, 8).Draw(t, "count")}
		if rapid.Bool().Draw(t, "ratio") {
			limit.Ratio = rapid.SampledFrom([]float64{0.01, 0.3, 0.5, 1}).Draw(t, "part")
			limit.Of = rapid.IntRange(1, 12).Draw(t, "of")
		}
		bad := rapid.SliceOfN(rapid.Bool(), 1, 60).Draw(t, "bad")
		ended := endOf(limit, bad)
		opts := mapper.Options{Containers: 1, ReturnExceptions: true, FailureLimit: limit, Unordered: rapid.Bool().Draw(t, "unordered")}
		settled, limited := 0, 0
		for r := range mapper.Map(context.Background(), func(_ context.Context, i int) (int, error) {
			if bad[i] {
				return 0, &ownError{i}
			}
			return i, nil
		}, ints(len(bad)), opts) {
			if _, ok := errors.AsType[*mapper.FailureLimitError](r.Err); ok {
				if r.Index >= 0 { // else it says that the run has ended so, with its last input
					limited++
				}
			} else {
				settled++
				require.Equal(t, bad[r.Index], r.Err != nil)
			}
		}
		require.Equal(t, []int{ended, len(bad) - ended}, []int{settled, limited})
	})
}

// endOf is how many inputs are settled by themselves.
func endOf(limit policy.FailureLimit, bad []bool) int {
	failed := 0
	for i := range bad {
		if !bad[i] {
			continue
		}
		failed++
		if limit.Count > 0 && failed == limit.Count {
			return i + 1
		}
		if limit.Ratio == 0 || i+1 < limit.Of {
			continue
		}
		latest := 0
		for _, b := range bad[i+1-limit.Of : i+1] {
			if b {
				latest++
			}
		}
		if float64(latest) >= limit.Ratio*float64(limit.Of) {
			return i + 1
		}
	}
	return len(bad)
}

// TestFailureLimitDoors: each door that returns failures has it, and each end says so in the same words. An iterator's
// inputs that were not pulled by then have no result.
func TestFailureLimitDoors(t *testing.T) {
	opts := mapper.Options{Containers: 2, ReturnExceptions: true, FailureLimit: policy.FailureLimit{Count: 3}}
	fn := func(_ context.Context, i int) (int, error) { return 0, &ownError{i} }
	for name, failures := range map[string]func() (own, limited int){
		"Collect": func() (int, int) {
			_, err := mapper.Collect(t.Context(), fn, ints(50), opts)
			all, ok := errors.AsType[*mapper.FailuresError](err)
			require.True(t, ok)
			n := 0
			for _, f := range all.Failures {
				if _, ok := f.Err.(*mapper.FailureLimitError); ok {
					n++
				}
			}
			require.Len(t, all.Failures, 50)
			return 50 - n, n
		},
		"batches": func() (own, limited int) {
			body := mapper.EachBatch(func(context.Context, []int) error { return errCrash }, mapper.Batch{Size: 5})
			for r := range body.Map(t.Context(), ints(50), opts) {
				if _, ok := r.Err.(*mapper.FailureLimitError); ok {
					limited++
				} else {
					own++
				}
			}
			require.Equal(t, 50, own+limited)
			return own, limited
		},
		"Stream": func() (own, limited int) {
			for o := range mapper.Stream(t.Context(), func(context.Context, int) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) { yield(0, errCrash) }
			}, upTo(50), opts) {
				if _, ok := o.Err.(*mapper.FailureLimitError); ok {
					limited++
				} else {
					own++
				}
			}
			return own, limited
		},
	} {
		t.Run(name, func(t *testing.T) {
			own, limited := failures()
			require.GreaterOrEqual(t, own, 3)
			require.LessOrEqual(t, own, 3+3, "the others were executing")
			require.Positive(t, limited, "the run says how it ended")
		})
	}
	var ended tally[supervisor.Event]
	watched := opts
	watched.Observer = supervisor.ObserverFunc(func(ev supervisor.Event) {
		if ev.Kind == supervisor.RunEnded {
			ended.add(ev)
		}
	})
	require.Error(t, mapper.Each(t.Context(), func(context.Context, int) error { return errCrash }, ints(9), watched))
	require.Equal(t, supervisor.CutOff, ended.all()[0].Outcome)
}

// TestFailureLimitIsRefused where it says nothing.
func TestFailureLimitIsRefused(t *testing.T) {
	some := policy.FailureLimit{Count: 1}
	_, err := mapper.Collect(t.Context(), func(context.Context, int) (int, error) { return 0, nil }, ints(1), mapper.Options{FailureLimit: some})
	requireField(t, "FailureLimit", err)
	_, err = mapper.Deploy(t.Context(), mapper.Plain(func(context.Context, int) (int, error) { return 0, nil }), mapper.Options{FailureLimit: some})
	requireField(t, "FailureLimit", err)
	requireField(t, "FailureLimit.Count", mapper.Options{ReturnExceptions: true, FailureLimit: policy.FailureLimit{Count: -1}}.Validate())
}
