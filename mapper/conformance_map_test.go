package mapper_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// caseSetup is a run in the words of modal_cases.json; a unary call is a run of one input.
type caseSetup struct {
	Inputs             json.RawMessage `json:"inputs"`
	API                string          `json:"api"` // map, or starmap: the same, as an input is one value; or spawn_map
	Zip                bool            `json:"zip"`
	Fn                 *caseFn         `json:"fn"`
	Order              *bool           `json:"order_outputs"`
	ReturnExceptions   bool            `json:"return_exceptions"`
	Policy             casePolicy      `json:"policy"`
	ClientRetries      *bool           `json:"client_retries"`
	FailuresReportedAs string          `json:"failures_reported_as"`
	Outcomes           []caseOutcome   `json:"outcomes"`
	Outcomes0          []caseOutcome   `json:"outcomes_for_index_0"`
	ThenFn             *caseFn         `json:"then_fn"`
	Consumer           struct {
		BreakAfter int `json:"break_after"`
	} `json:"consumer"`
}

// caseWant is what to expect of a run. What Modal's wire carries is not compared.
type caseWant struct {
	Yields          *[]any      `json:"yields"`
	YieldsSet       []any       `json:"yields_set"`
	Value           any         `json:"value"`
	Error           string      `json:"error"`
	MessageContains string      `json:"message_contains"`
	ErrorAtMS       *[2]float64 `json:"error_at_ms"`
	Calls           *int        `json:"calls"`
	Polls           *int        `json:"polls"`
	Attempts        *int        `json:"attempts"`
	RetriesSent     *int        `json:"retries_sent"`
	IteratorsClosed bool        `json:"iterators_closed"`
	CancelInFlight  bool        `json:"cancel_in_flight"`
	FirstDelayMin   float64     `json:"first_delay_ms_min"`
	LaterDelay      []float64   `json:"later_delay_ms"`

	FirstDelayRange any      `json:"first_delay_ms_range"`      // of Modal's truncated clock
	Runs0ToEnd      any      `json:"input_0_still_runs_to_end"` // of Modal, which cancels nothing
	RunToEnd        any      `json:"inputs_run_to_end"`         // likewise
	Released        any      `json:"outputs_released_calls"`    // of Modal's wire
	CancelCalls     any      `json:"cancel_calls"`              // likewise
	Choose          []string `json:"choose"`                    // left to the design: see designWins
	Why             string   `json:"why"`
}

// designWins has what Longshore's contract demands where a case demands something else or leaves it open.
var designWins = map[string]string{
	// "Results already finished are never lost": result 1 was ready when input 2 failed; input 0 is cancelled.
	"map.error_is_raised_on_arrival": `{"yields": [1], "error": "boom", "error_at_ms": [300, 300]}`,
}

func wantOf(t *testing.T, c conformance.Case) caseWant {
	t.Helper()
	if ours, ok := designWins[c.ID]; ok {
		return decodeCase[caseWant](t, json.RawMessage(ours))
	}
	want := decodeCase[caseWant](t, c.Expect)
	if len(c.Ours) > 0 {
		ours := decodeCase[caseWant](t, c.Ours)
		require.NoError(t, json.Unmarshal(c.Ours, &want))
		if ours.Error != "" {
			want.Yields, want.YieldsSet, want.Value = ours.Yields, ours.YieldsSet, ours.Value
		}
	}
	return want
}

// caseLimit is how many crashes fail an input, as many as Modal has internal failures.
const caseLimit = 8

func (s caseSetup) options(inputs int) mapper.Options {
	opts := mapper.Options{
		Containers:       max(inputs, 1),
		Retries:          s.Policy.ours(),
		ReturnExceptions: s.ReturnExceptions,
		Unordered:        s.Order != nil && !*s.Order,
		CrashLimit:       caseLimit,
		Crashes:          policy.Ephemeral{ColdDebt: 1 << 20, Debt: 1 << 20}, // which input fails, not when the run does
	}
	if s.FailuresReportedAs == "internal_failure" {
		opts.CrashLimit = 1000 // this path of Modal has no limit
	}
	if s.ClientRetries != nil && !*s.ClientRetries {
		opts.Retries = policy.Retries{}
		opts.Containers = 1 // which call fails first must be certain
	}
	if s.Fn != nil && s.Fn.has("timeout") {
		opts.Timeout = caseTimeout
	}
	return opts
}

// function is the case's function; cancel ends the run's context from outside.
func (s caseSetup) function(t *testing.T, calls *callCounter, cancel context.CancelCauseFunc) (fn caseFunc, empties int) {
	t.Helper()
	fn = func(_ context.Context, in any) (any, error) { return in, nil }
	for _, f := range []*caseFn{s.Fn, s.ThenFn} {
		if f != nil {
			fn = f.build(t, calls)
		}
	}
	if s.FailuresReportedAs == "internal_failure" {
		inner := fn
		fn = func(ctx context.Context, in any) (any, error) {
			out, err := inner(ctx, in)
			if err != nil {
				panic(err)
			}
			return out, nil
		}
	}
	var script []caseOutcome
	for _, o := range writtenOut(append(s.Outcomes, s.Outcomes0...)) {
		if o.Poll == "empty" {
			empties++
		} else {
			script = append(script, o)
		}
	}
	then := fn
	return func(ctx context.Context, in any) (any, error) {
		a, _ := mapper.AttemptFrom(ctx)
		if empties > 0 {
			time.Sleep(time.Duration(empties)*time.Second - time.Second/2)
		}
		switch {
		case a.Index > 0 || a.Attempt > len(script):
			return then(ctx, in)
		case script[a.Attempt-1].Status == "terminated": // somebody cancels the call
			cancel(errors.New(script[a.Attempt-1].Message))
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return script[a.Attempt-1].attempt(ctx)
	}, empties
}

// caseDoor is a way to run: it returns the results and, where there is one, the handle.
type caseDoor func(context.Context, caseFunc, *caseInputs, iter.Seq[any], mapper.Options) (iter.Seq[caseResult], *mapper.Run[any, any])

type caseResult = mapper.Result[any, any]

var caseDoors = map[string]caseDoor{
	"Start.All": func(ctx context.Context, fn caseFunc, _ *caseInputs, in iter.Seq[any], opts mapper.Options) (iter.Seq[caseResult], *mapper.Run[any, any]) {
		run, err := mapper.Start(ctx, fn, in, opts)
		if err != nil {
			panic(err)
		}
		return run.All(), run
	},
	"MapSeq": func(ctx context.Context, fn caseFunc, _ *caseInputs, in iter.Seq[any], opts mapper.Options) (iter.Seq[caseResult], *mapper.Run[any, any]) {
		return received(mapper.MapSeq(ctx, fn, in, opts)), nil
	},
	"Map": func(ctx context.Context, fn caseFunc, list *caseInputs, _ iter.Seq[any], opts mapper.Options) (iter.Seq[caseResult], *mapper.Run[any, any]) {
		if !list.plain() {
			return nil, nil
		}
		return received(mapper.Map(ctx, fn, list.list, opts)), nil
	},
	"WithState.Start.All": stateDoor,
}

// doors are those that the case's API has.
func (s caseSetup) doors() map[string]caseDoor {
	if s.API == "spawn_map" {
		return functionDoors
	}
	all := maps.Clone(caseDoors)
	maps.Copy(all, functionDoors)
	return all
}

func received(ch <-chan caseResult) iter.Seq[caseResult] {
	return func(yield func(caseResult) bool) {
		for r := range ch {
			if !yield(r) {
				return
			}
		}
	}
}

// runMapCase runs the case through every door and compares all that it says.
func runMapCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[caseSetup](t, c.Setup), wantOf(t, c)
	list := &caseInputs{list: indices(1)}
	if setup.Inputs != nil {
		require.NoError(t, json.Unmarshal(setup.Inputs, list))
	} else if setup.Outcomes0 != nil {
		list.list = indices(3)
	}
	if setup.Zip {
		list.list = zipped(list.list)
	}
	for name, door := range setup.doors() {
		if setup.Consumer.BreakAfter > 0 && !strings.HasSuffix(name, "Start.All") {
			continue // a channel cannot be left
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				calls, trace, closed := &callCounter{}, newCaseTrace(), false
				fn, empties := setup.function(t, calls, cancel)
				results, run := door(ctx, trace.watch(fn), list, list.seq(ctx, caseSquare, &closed), setup.options(len(list.list)))
				if results == nil {
					return
				}
				seen := caseSeen{breakAfter: setup.Consumer.BreakAfter, calls: calls, trace: trace, run: run}
				seen.read(results)
				seen.closed = closed || strings.HasSuffix(name, "Map") || strings.HasSuffix(name, "Call") // which take a list
				if empties > 0 {
					// Nobody polls here: this is how often one who looks each second has looked.
					seen.looks = 1 + int((seen.ended+time.Second-1)/time.Second)
				}
				seen.check(t, setup, want)
			})
		})
	}
}

// requireCaseError checks an error against a class of the vocabulary, or its text.
func requireCaseError(t *testing.T, want, contains string, err error) {
	t.Helper()
	require.Error(t, err, "want %s", want)
	require.Contains(t, err.Error(), contains)
	var crash *supervisor.CrashError
	switch want {
	case "remote":
		require.False(t, errors.As(err, &crash))
		require.NotErrorIs(t, err, mapper.ErrTimeout)
	case "function_timeout":
		require.ErrorIs(t, err, mapper.ErrTimeout)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	case "internal_failure":
		require.ErrorAs(t, err, &crash)
		require.Contains(t, err.Error(), "internal_failure")
	default:
		var thrown caseError
		if errors.As(err, &thrown) {
			require.Equal(t, want, string(thrown))
			return
		}
		require.Equal(t, want, err.Error(), "the function's own error")
	}
}
