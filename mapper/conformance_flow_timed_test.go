package mapper_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// timedSetup is that of the cases which say when attempts begin and end.
type timedSetup struct {
	Inputs         int       `json:"inputs"`
	Keys           string    `json:"keys"` // of each input
	KeyConcurrency int       `json:"key_concurrency"`
	InOrder        bool      `json:"in_order"`
	Weights        []int64   `json:"weights"` // likewise
	Capacity       int64     `json:"capacity"`
	Unordered      bool      `json:"unordered"`
	Outstanding    int       `json:"outstanding"`
	FnMS           any       `json:"fn_ms"` // of each attempt, of each input, or by key
	Fails          bool      `json:"fails"`
	FailsOnce      []int     `json:"fails_once"`
	RefusesMS      []float64 `json:"refuses_ms"` // from when to when; it says how long that is
	Says           string    `json:"says"`
	AlwaysRefused  bool      `json:"always_refused"`
	RetryAfterMS   float64   `json:"retry_after_ms"`
	Containers     int       `json:"containers"`
	Rate           float64   `json:"rate_per_s"`
	Burst          int       `json:"burst"`
	TimeoutMS      float64   `json:"timeout_ms"`
	TotalTimeoutMS float64   `json:"total_timeout_ms"`
	MaxRetries     int       `json:"max_retries"`
	DelayMS        float64   `json:"delay_ms"`
}

type timedWant struct {
	Begins       [][]float64 `json:"begins"`
	Ends         []float64   `json:"ends"` // of each input
	Makespan     *float64    `json:"makespan"`
	Kinds        []string    `json:"kinds"`
	Attempts     *int        `json:"attempts"`
	Refused      *int        `json:"refused"`
	Charged      *int        `json:"charged_retries"`
	OK           *int        `json:"ok"`
	Timed        *int        `json:"timed"`
	RunningAt500 *int        `json:"running_at_500_ms"`
}

func (s timedSetup) options() mapper.Options {
	opts := mapper.Options{
		Containers: s.Containers, ReturnExceptions: true, Unordered: s.Unordered, Outstanding: s.Outstanding, Capacity: s.Capacity,
		Timeout: caseMS(s.TimeoutMS), TotalTimeout: caseMS(s.TotalTimeoutMS),
		Retries: policy.Retries{MaxRetries: s.MaxRetries, InitialDelay: caseMS(s.DelayMS), BackoffCoefficient: 1},
	}
	if s.Rate > 0 {
		opts.Rate = rate.NewLimiter(rate.Limit(s.Rate), s.Burst)
	}
	return opts
}

// body is what executes, under the limits of the setup.
func (s timedSetup) body(fn func(context.Context, int) (int, error)) mapper.Body[int, int] {
	body := mapper.Plain(fn)
	if s.Keys != "" {
		body = body.Keyed(s.key, mapper.KeyLimit{Concurrency: s.KeyConcurrency, InOrder: s.InOrder})
	}
	if s.Weights != nil {
		body = body.Weighted(func(i int) int64 { return s.Weights[i] })
	}
	return body
}

func (s timedSetup) key(i int) string { return s.Keys[i : i+1] }

// inputs is how many there are.
func (s timedSetup) inputs() int { return max(s.Inputs, len(s.Keys), len(s.Weights)) }

// takes is how long an attempt does, in milliseconds.
func (s timedSetup) takes(i int) float64 {
	switch ms := s.FnMS.(type) {
	case float64:
		return ms
	case []any:
		return ms[i].(float64)
	case map[string]any:
		return ms[s.key(i)].(float64)
	}
	return 0
}

// timedPlay is what comes of a run in virtual time.
type timedPlay struct {
	setup        timedSetup
	begin        time.Time
	begins, ends tally[[2]float64]
}

func (p *timedPlay) now() float64 { return float64(time.Since(p.begin)) / float64(time.Millisecond) }

func (p *timedPlay) fn(ctx context.Context, i int) (int, error) {
	p.begins.add([2]float64{float64(i), p.now()})
	err := during(ctx, caseMS(p.setup.takes(i)))
	p.ends.add([2]float64{float64(i), p.now()})
	if wait, refused := p.refuses(); err == nil && refused {
		return 0, policy.Throttled(&ownError{1}, wait)
	}
	a, _ := mapper.AttemptFrom(ctx)
	if err == nil && (p.setup.Fails || slices.Contains(p.setup.FailsOnce, i) && a.Attempt == 1) {
		err = &ownError{1}
	}
	return i, err
}

// refuses reports that the other side asks everybody to wait now, and how long.
func (p *timedPlay) refuses() (wait time.Duration, refused bool) {
	if r := p.setup.RefusesMS; r != nil && p.now() >= r[0] && p.now() < r[1] {
		return caseMS(r[1] - p.now()), true
	}
	return caseMS(p.setup.RetryAfterMS), p.setup.AlwaysRefused
}

func runTimedCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[timedSetup](t, c.Setup), decodeCase[timedWant](t, c.Want())
	synctest.Test(t, func(t *testing.T) {
		p := &timedPlay{setup: setup, begin: time.Now()}
		run, err := setup.body(p.fn).Start(t.Context(), slices.Values(ints(setup.inputs())), setup.options())
		require.NoError(t, err)
		if want.RunningAt500 != nil {
			time.AfterFunc(500*time.Millisecond, func() {
				if n := run.Stats().Running; n != *want.RunningAt500 {
					t.Errorf("%d run at 500 ms", n)
				}
			})
		}
		want.check(t, p, slices.Collect(run.All()), run.Stats())
	})
}

func (w timedWant) check(t *testing.T, p *timedPlay, results []mapper.Result[int, int], stats mapper.Stats) {
	t.Helper()
	var kinds []string
	attempts := 0
	slices.SortFunc(results, func(a, b mapper.Result[int, int]) int { return a.Index - b.Index })
	for _, r := range results {
		kinds = append(kinds, kindOf(r.Err))
		attempts += r.Attempts
	}
	if w.Kinds == nil {
		w.Kinds = slices.Repeat([]string{"ok"}, len(results))
	}
	require.Equal(t, w.Kinds, kinds)
	if w.Makespan != nil {
		require.Equal(t, *w.Makespan, p.now())
	}
	if w.Begins != nil {
		require.Equal(t, w.Begins, byInput(p.begins.all(), len(results)))
	}
	if w.Ends != nil {
		var last []float64
		for _, ends := range byInput(p.ends.all(), len(results)) {
			last = append(last, ends[len(ends)-1])
		}
		require.Equal(t, w.Ends, last)
	}
	if w.Attempts != nil {
		require.Equal(t, *w.Attempts, attempts)
	}
	if w.Refused != nil {
		require.Equal(t, *w.Refused, stats.Refused)
	}
	if w.Charged != nil {
		require.Equal(t, *w.Charged, stats.Retries)
	}
	if w.OK != nil {
		require.Equal(t, *w.OK, stats.Succeeded)
	}
	if w.Timed != nil {
		require.Equal(t, *w.Timed, stats.TimedOut)
	}
}

// kindOf is what a case calls an end.
func kindOf(err error) string {
	late, isTimeout := errors.AsType[*mapper.TimeoutError](err)
	switch {
	case err == nil:
		return "ok"
	case isTimeout && late.Total:
		return "total"
	}
	return "err"
}

// byInput is the times of each input.
func byInput(all [][2]float64, n int) [][]float64 {
	times := make([][]float64, n)
	for _, at := range all {
		times[int(at[0])] = append(times[int(at[0])], at[1])
	}
	return times
}
