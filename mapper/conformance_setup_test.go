package mapper_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// decodeCase is conformance.Decode for a test.
func decodeCase[T any](t *testing.T, data json.RawMessage) T {
	t.Helper()
	v, err := conformance.Decode[T](data)
	require.NoError(t, err)
	return v
}

// casePolicy is a retry policy in the words of modal_cases.json. An initial delay of 0 is the default with us.
type casePolicy struct {
	MaxRetries  int     `json:"max_retries"`
	Coefficient float64 `json:"backoff_coefficient"`
	InitialMS   float64 `json:"initial_delay_ms"`
	MaxMS       float64 `json:"max_delay_ms"`
}

func (p casePolicy) ours() policy.Retries {
	return policy.Retries{
		MaxRetries: p.MaxRetries, BackoffCoefficient: p.Coefficient,
		InitialDelay: caseMS(p.InitialMS), MaxDelay: max(caseMS(p.MaxMS), time.Second),
	}
}

func caseMS(x float64) time.Duration { return time.Duration(x * float64(time.Millisecond)) }

// caseOutcome is what one attempt of a script does.
type caseOutcome struct {
	Poll    string  `json:"poll"` // empty: whoever asks finds nothing yet
	AfterMS float64 `json:"after_ms"`
	Status  string  `json:"status"`
	Value   any     `json:"value"`
	Message string  `json:"message"`
	Times   int     `json:"times"` // 0 means once
}

// caseFn is a function in the words of modal_cases.json.
type caseFn struct {
	Kind    string                   `json:"kind"`
	N       any                      `json:"n"`
	Scope   string                   `json:"scope"`
	Error   string                   `json:"error"`
	Returns string                   `json:"returns"`
	Value   any                      `json:"value"`
	Else    string                   `json:"else"`
	MS      float64                  `json:"ms"`
	Index   map[string][]caseOutcome `json:"index"`
}

// script is the outcomes for input i with the repetitions written out.
func (f caseFn) script(i int) []caseOutcome {
	script, ok := f.Index[strconv.Itoa(i)]
	if !ok {
		script = f.Index["*"]
	}
	return writtenOut(script)
}

func writtenOut(script []caseOutcome) (all []caseOutcome) {
	for _, o := range script {
		all = append(all, slices.Repeat([]caseOutcome{o}, max(o.Times, 1))...)
	}
	return all
}

// has reports whether any attempt of any input ends in the status.
func (f caseFn) has(status string) bool {
	for _, script := range f.Index {
		if slices.ContainsFunc(script, func(o caseOutcome) bool { return o.Status == status }) {
			return true
		}
	}
	return false
}

// caseTimeout is the timeout of runs in which attempts time out.
const caseTimeout = 5 * time.Second

// during sleeps for as long as an attempt takes, or reports the end of its context.
func during(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// attempt does what an outcome says. An internal failure is the end of the container.
func (o caseOutcome) attempt(ctx context.Context) (any, error) {
	if err := during(ctx, caseMS(o.AfterMS)); err != nil {
		return nil, err
	}
	switch o.Status {
	case "success":
		return o.Value, nil
	case "failure", "init_failure", "idle_timeout", "memory_eviction", "unspecified":
		return nil, errors.New(o.Message)
	case "terminated": // final and never retried; cancelling one input alone is a later issue
		return nil, policy.Permanent(errors.New(o.Message))
	case "timeout":
		<-ctx.Done()
		return nil, ctx.Err()
	case "internal_failure":
		panic(fmt.Errorf("internal_failure: %s", o.Message))
	}
	panic("unknown status " + o.Status)
}

// caseInputs are inputs in the words of modal_cases.json: a list, a number of indices, or an object.
type caseInputs struct {
	list      []any
	thenError string // the iterator ends in a panic with this error
	mapOf     bool   // another map over the list gives the inputs
	channel   bool   // a goroutine gives them
}

// plain reports that the inputs are a list, which has no end to be told of.
func (in *caseInputs) plain() bool { return !in.channel && !in.mapOf && in.thenError == "" }

func (in *caseInputs) UnmarshalJSON(data []byte) error {
	var n int
	if json.Unmarshal(data, &n) == nil {
		in.list = indices(n)
		return nil
	}
	if json.Unmarshal(data, &in.list) == nil {
		return nil
	}
	type object struct {
		Range     *int   `json:"range"`
		MapOf     []any  `json:"map_of"`
		Channel   []any  `json:"channel"`
		Yield     []any  `json:"yield"`
		ThenError string `json:"then_error"`
	}
	o, err := conformance.Decode[object](data)
	if err != nil {
		return err
	}
	if o.Range != nil {
		o.Yield = indices(*o.Range)
	}
	in.list = slices.Concat(o.Yield, o.MapOf, o.Channel)
	in.mapOf, in.channel, in.thenError = o.MapOf != nil, o.Channel != nil, o.ThenError
	return nil
}

func indices(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = float64(i)
	}
	return list
}

// zipped takes the lists apart into tuples, as a caller does: an iterator of tuples, no longer than the shortest.
func zipped(lists []any) (tuples []any) {
	for i := 0; ; i++ {
		var tuple []any
		for _, list := range lists {
			if l := list.([]any); i < len(l) {
				tuple = append(tuple, l[i])
			}
		}
		if len(tuple) < len(lists) {
			return tuples
		}
		tuples = append(tuples, tuple)
	}
}

// caseError is an error that an iterator panics with.
type caseError string

func (e caseError) Error() string { return string(e) }

// seq is the inputs as an iterator. closed is set when it has been left, one way or the other.
func (in *caseInputs) seq(ctx context.Context, square func(context.Context, any) (any, error), closed *bool) iter.Seq[any] {
	return func(yield func(any) bool) {
		defer func() { *closed = true }()
		from := slices.Values(in.list)
		switch {
		case in.mapOf:
			from = func(yield func(any) bool) {
				for r := range mapper.Map(ctx, square, in.list, mapper.Options{}) {
					if !yield(r.Value) {
						return
					}
				}
			}
		case in.channel:
			ch := make(chan any)
			go func() {
				defer close(ch)
				for _, v := range in.list {
					ch <- v
				}
			}()
			from = func(yield func(any) bool) {
				for v := range ch {
					if !yield(v) {
						return
					}
				}
			}
		}
		for v := range from {
			if !yield(v) {
				return
			}
		}
		if in.thenError != "" {
			panic(caseError(in.thenError))
		}
	}
}
