package mapper_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// runQueueCase puts items into the retry queue: inputs whose first attempt asks for the next one after so long. The
// queue is closed when the iterator has ended and the last input is settled.
func runQueueCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Put []struct {
			InMS float64 `json:"in_ms"`
			Item any     `json:"item"`
		} `json:"put"`
		CloseAtMS *float64 `json:"close_at_ms"`
	}](t, c.Setup)
	want := decodeCase[struct {
		Gets []any `json:"gets"`
	}](t, c.Expect)
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var got tally[any]
		var at tally[time.Duration]
		for r := range mapper.MapSeq(t.Context(), func(ctx context.Context, i int) (int, error) {
			if a, _ := mapper.AttemptFrom(ctx); a.Attempt == 1 {
				return 0, policy.RetryAfter(errors.New("later"), caseMS(setup.Put[i].InMS))
			}
			got.add(setup.Put[i].Item)
			at.add(time.Since(begin))
			return i, nil
		}, func(yield func(int) bool) {
			for i := range setup.Put {
				if !yield(i) {
					return
				}
			}
		}, mapper.Options{Containers: 1, Retries: policy.Retries{MaxRetries: 1}}) {
			require.NoError(t, r.Err)
		}
		gets := got.all()
		if setup.CloseAtMS != nil {
			gets = append(gets, "closed")
		}
		require.Equal(t, want.Gets, gets)
		var due []time.Duration
		for _, p := range setup.Put {
			due = append(due, caseMS(p.InMS))
		}
		slices.Sort(due)
		require.Equal(t, due, at.all(), "to the tick")
	})
}

// runTimeoutCase runs the cases of area timeouts.
func runTimeoutCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Timeout    any     `json:"timeout"`
		TimeoutS   float64 `json:"timeout_s"`
		QueuedS    float64 `json:"queued_s"`
		MaxRetries int     `json:"max_retries"`
		Fn         caseFn  `json:"fn"`
	}](t, c.Setup)
	want := decodeCase[struct {
		TimeoutS float64 `json:"timeout_s"`
		RunsSMin float64 `json:"runs_s_min"`
		Attempts int     `json:"attempts"`
		Error    string  `json:"error"`
		Value    any     `json:"value"`
		StartupS float64 `json:"startup_timeout_s"`
	}](t, c.Want())
	switch {
	case setup.Timeout == "unset": // the design wins: none, where Modal has 300 s
		requireNoTimeout(t, time.Duration(want.TimeoutS)*time.Second)
	case want.StartupS > 0:
		timeout, ok := setup.Timeout.(float64)
		require.True(t, ok)
		requireStartTimeout(t, caseMS(1000*timeout), caseMS(1000*want.StartupS))
	case setup.Fn.Kind == "infinite_loop":
		for name, deaf := range map[string]bool{"until its context ends": false, "deaf": true} {
			t.Run(name, func(t *testing.T) {
				requireTimeouts(t, caseMS(1000*setup.TimeoutS), setup.MaxRetries, want.Attempts, caseMS(1000*want.RunsSMin), deaf)
			})
		}
	case setup.QueuedS > 0:
		requireQueueingExcluded(t, caseMS(1000*setup.TimeoutS), caseMS(1000*setup.QueuedS), caseMS(setup.Fn.MS))
	default:
		require.Fail(t, "a case of area timeouts that nobody runs")
	}
}

func requireNoTimeout(t *testing.T, long time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		_, err := mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
			if _, ok := ctx.Deadline(); ok {
				return 0, errors.New("a deadline that nobody asked for")
			}
			return i, during(ctx, 100*long)
		}, []int{1}, mapper.Options{})
		require.NoError(t, err)
	})
}

func requireTimeouts(t *testing.T, timeout time.Duration, retries, attempts int, least time.Duration, deaf bool) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		release, open := barrier(t)
		var begun tally[time.Duration]
		opts := mapper.Options{Timeout: timeout, Grace: time.Second, Retries: policy.FixedRetries(retries)}
		_, err := mapper.Collect(t.Context(), func(ctx context.Context, _ int) (int, error) {
			begun.add(time.Since(begin))
			if deaf {
				<-release
			}
			<-ctx.Done()
			return 0, ctx.Err()
		}, []int{1}, opts)
		took := time.Since(begin)
		open()
		requireCaseError(t, "function_timeout", timeout.String(), err)
		var input *mapper.InputError
		require.ErrorAs(t, err, &input)
		require.Equal(t, attempts, input.Attempts)

		each := timeout
		if deaf {
			each += opts.Grace
		}
		var want []time.Duration
		for n := range attempts {
			want = append(want, time.Duration(n)*(each+time.Second))
		}
		require.Equal(t, want, begun.all())
		require.Equal(t, want[attempts-1]+each, took)
		require.GreaterOrEqual(t, took, least)
	})
}

func requireQueueingExcluded(t *testing.T, timeout, queued, works time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		before := int(queued / works)
		begin := time.Now()
		var waited time.Duration
		out, err := mapper.Collect(t.Context(), func(ctx context.Context, i int) (string, error) {
			if i == before {
				waited = time.Since(begin)
			}
			return "ok", during(ctx, works)
		}, ints(before+1), mapper.Options{Containers: 1, Timeout: timeout})
		require.NoError(t, err)
		require.Equal(t, "ok", out[before])
		require.Equal(t, queued, waited)
	})
}

// ints are the inputs 0 to n-1.
func ints(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
