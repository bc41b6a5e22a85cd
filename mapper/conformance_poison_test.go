package mapper_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// poisonRun is a case of level "run": inputs in a row, some of which crash whatever executes them.
type poisonRun struct {
	N           int          `json:"n"`
	Containers  int          `json:"containers"`
	Good        float64      `json:"good_s"`
	Crash       float64      `json:"crash_s"`
	Poison      [][2]int     `json:"poison"`
	PoisonEvery []int        `json:"poison_every"`
	Batch       int          `json:"batch"`
	AtMostOnce  bool         `json:"at_most_once"`
	Deployed    bool         `json:"deployed"`
	Arrive      [][3]float64 `json:"arrive"`
	Outage      []float64    `json:"outage"`
	Expect      struct {
		Values   int        `json:"values"`
		Failures int        `json:"crash_limit_failures"`
		Cutoff   string     `json:"cutoff"`
		Crashes  [2]int     `json:"crashes"`
		End      [2]float64 `json:"end_s"`
	} `json:"expect"`
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (p *poisonRun) bad(i int, since time.Duration) bool {
	for _, r := range p.Poison {
		if i >= r[0] && i < r[1] {
			return true
		}
	}
	if len(p.PoisonEvery) == 2 && i%p.PoisonEvery[0] == p.PoisonEvery[1] {
		return true
	}
	return len(p.Outage) == 2 && since >= seconds(p.Outage[0]) && since < seconds(p.Outage[1])
}

// execute is one input, or a batch.
func (p *poisonRun) execute(ctx context.Context, start time.Time, inputs []int) ([]int, error) {
	begun := time.Since(start)
	for _, i := range inputs {
		if p.bad(i, begun) {
			time.Sleep(seconds(p.Crash))
			panic(errCrash)
		}
		if err := during(ctx, seconds(p.Good)); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

// playRun runs a case of level "run" and compares with what it expects.
func playRun(t *testing.T, c conformance.Case) {
	var p poisonRun
	require.NoError(t, json.Unmarshal(c.Trace, &p))
	if testing.Short() { // of a million, all but the first thousands settle when it is cut off
		p.N = min(p.N, 10_000)
	}
	start := time.Now()
	var errs []error
	var crashes int
	if p.Deployed {
		errs, crashes = p.call(t, start)
	} else {
		errs, crashes = p.collect(t, start)
	}
	values, failures := 0, 0
	for _, err := range errs { // may be a million
		var cut *supervisor.CutoffError
		switch {
		case err == nil:
			values++
		case errors.As(err, &cut):
			if rule := cut.Rule.String(); rule != p.Expect.Cutoff {
				require.Equal(t, p.Expect.Cutoff, rule)
			}
		default:
			require.ErrorIs(t, err, errCrash)
			failures++
		}
	}
	require.Equal(t, p.Expect.Values, values)
	require.Equal(t, p.Expect.Failures, failures)
	require.GreaterOrEqual(t, crashes, p.Expect.Crashes[0])
	require.LessOrEqual(t, crashes, p.Expect.Crashes[1])
	end := time.Since(start)
	require.LessOrEqual(t, end, seconds(p.Expect.End[1]))
	if p.Expect.Cutoff == "" { // a pause is half random
		require.GreaterOrEqual(t, end, seconds(p.Expect.End[0]))
	}
}

func (p *poisonRun) collect(t *testing.T, start time.Time) (errs []error, crashes int) {
	opts := mapper.Options{Containers: p.Containers, ReturnExceptions: true, AtMostOnce: p.AtMostOnce}
	body := mapper.Plain(func(ctx context.Context, i int) (int, error) {
		_, err := p.execute(ctx, start, []int{i})
		return i, err
	})
	if p.Batch > 0 {
		body = mapper.Batched(func(ctx context.Context, in []int) ([]int, error) { return p.execute(ctx, start, in) },
			mapper.Batch{Size: p.Batch})
	}
	n := 0
	opts.Observer = supervisor.ObserverFunc(func(ev supervisor.Event) {
		if ev.Kind == supervisor.ContainerCrashed {
			n++
		}
	})
	_, err := body.Collect(t.Context(), ints(p.N), opts)
	errs = make([]error, p.N)
	var failed *mapper.FailuresError
	if errors.As(err, &failed) {
		for _, f := range failed.Failures {
			errs[f.Index] = f.Err
		}
	}
	return errs, n
}

func (p *poisonRun) call(t *testing.T, start time.Time) (errs []error, crashes int) {
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(ctx context.Context, i int) (int, error) {
		_, err := p.execute(ctx, start, []int{i})
		return i, err
	}), mapper.Options{Containers: p.Containers, Crashes: policy.Deployed{}})
	require.NoError(t, err)
	var calls []*mapper.Call[int]
	for _, a := range p.Arrive {
		time.Sleep(seconds(a[1]) - time.Since(start))
		for range int(a[0]) {
			call, err := f.Spawn(t.Context(), len(calls))
			require.NoError(t, err)
			calls = append(calls, call)
			time.Sleep(seconds(a[2]))
		}
	}
	for _, c := range calls {
		_, err := c.Get(t.Context())
		errs = append(errs, err)
	}
	synctest.Wait()
	crashes = f.Stats().Pool.Crashes
	require.NoError(t, f.Stop(t.Context()))
	return errs, crashes
}
