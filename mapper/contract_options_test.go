package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

var errNoStart = errors.New("no")

type fakeRuntime struct{}

func (fakeRuntime) Check(any) error { return nil }

func (fakeRuntime) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return nil, errNoStart
}

// fakeJournal is one that cannot be used.
type fakeJournal struct{ mapper.Journal }

// requireInvalid checks that every way to run refuses the options, naming the field.
func requireInvalid(t *testing.T, field string, opts mapper.Options) {
	t.Helper()
	begun := false
	fn := func(context.Context, int) (int, error) { begun = true; return 0, nil }
	check := func(err error) {
		t.Helper()
		requireField(t, field, err)
	}
	run, err := mapper.Start(t.Context(), fn, slices.Values(ints(3)), opts)
	require.Nil(t, run)
	check(err)
	for name, ch := range map[string]<-chan result{
		"Map": mapper.Map(t.Context(), fn, ints(3), opts), "MapSeq": mapper.MapSeq(t.Context(), fn, slices.Values(ints(3)), opts),
		"no inputs": mapper.Map(t.Context(), fn, nil, opts),
	} {
		results := slices.Collect(drained(ch))
		require.Len(t, results, 1, "%s: one Result", name)
		require.Equal(t, -1, results[0].Index)
		check(results[0].Err)
	}
	out, err := mapper.Collect(t.Context(), fn, ints(3), opts)
	require.Len(t, out, 3)
	check(err)
	check(mapper.Each(t.Context(), func(context.Context, int) error { begun = true; return nil }, ints(3), opts))
	require.False(t, begun)
}

// requireField checks that an error refuses that field.
func requireField(t *testing.T, field string, err error) {
	t.Helper()
	var invalid *policy.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, field, invalid.Field)
	require.NotEmpty(t, invalid.Reason)
}

func TestContractInvalidOptions(t *testing.T) {
	t.Parallel()
	for field, bad := range map[string][]mapper.Options{
		"Containers":         {{Containers: -1}, {Containers: math.MaxInt}},
		"Outstanding":        {{Outstanding: -1}, {Outstanding: math.MaxInt}},
		"CrashLimit":         {{CrashLimit: -1}},
		"Timeout":            {{Timeout: -1}},
		"TotalTimeout":       {{TotalTimeout: -1}},
		"Adaptive.Min":       {{Adaptive: policy.Adaptive{Min: -1}}, {Adaptive: policy.Adaptive{Initial: 3}}},
		"Adaptive.Initial":   {{Adaptive: policy.Adaptive{Min: 1, Initial: -1}}},
		"Adaptive.Window":    {{Adaptive: policy.Adaptive{Min: 1, Window: -1}}},
		"StartTimeout":       {{StartTimeout: -1}},
		"Grace":              {{Grace: -1}},
		"MaxInputs":          {{MaxInputs: -1}, {MaxInputs: 1001}, {Runtime: fakeRuntime{}, MaxInputs: 2}},
		"Runtime":            {{Runtime: (*fakeRuntime)(nil)}},
		"Journal":            {{Journal: (*fakeJournal)(nil)}},
		"TargetInputs":       {{TargetInputs: -1}, {TargetInputs: 2}, {MaxInputs: 3, TargetInputs: 4}},
		"ExitGrace":          {{ExitGrace: -1}},
		"Recycle.Inputs":     {{Recycle: mapper.Recycle{Inputs: -1}}},
		"Recycle.Age":        {{Recycle: mapper.Recycle{Age: -1}}},
		"Scale":              {{Scale: mapper.Scale{Max: 1}}},
		"Scale.Min":          {{Scale: mapper.Scale{Min: -1}}, {Scale: mapper.Scale{Min: 2, Max: 1}}},
		"Scale.Window":       {{Scale: mapper.Scale{Window: -1}}},
		"MaxRetries":         {{Retries: policy.Retries{MaxRetries: -1}}},
		"BackoffCoefficient": {{Retries: policy.Retries{BackoffCoefficient: 0.9}}, {Retries: policy.Retries{BackoffCoefficient: math.NaN()}}},
		"InitialDelay":       {{Retries: policy.Retries{InitialDelay: 61 * time.Second}}, {Crashes: policy.Deployed{InitialDelay: -1}}},
		"MaxDelay":           {{Retries: policy.Retries{MaxDelay: time.Millisecond}}, {Crashes: policy.Deployed{MaxDelay: -1}}},
		"Jitter":             {{Retries: policy.Retries{Jitter: 1.1}}},
		"ColdDebt":           {{Crashes: policy.Ephemeral{ColdDebt: -1}}, {Crashes: policy.Deployed{ColdDebt: -1}}},
		"Debt":               {{Crashes: policy.Ephemeral{ColdDebt: 9}}},
		"Sustain":            {{Crashes: policy.Ephemeral{Sustain: -1}}},
		"Probation":          {{Crashes: policy.Ephemeral{Probation: -1}}},
		"GateInitialDelay":   {{Crashes: policy.Deployed{GateInitialDelay: -1}}},
		"GateMaxDelay":       {{Crashes: policy.Deployed{GateMaxDelay: time.Second}}},
	} {
		for i, opts := range bad {
			t.Run(fmt.Sprintf("%s %d", field, i), func(t *testing.T) { requireInvalid(t, field, opts) })
		}
	}
}

func TestContractNil(t *testing.T) {
	t.Parallel()
	var invalid *policy.InvalidError
	fn := func(context.Context, int) (int, error) { return 0, nil }
	_, err := mapper.Start[int, int](t.Context(), nil, slices.Values(ints(1)), mapper.Options{})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "fn", invalid.Field)
	run, err := mapper.Start(t.Context(), fn, nil, mapper.Options{})
	require.NoError(t, err)
	for r := range run.All() {
		require.Fail(t, "a result of no inputs", "%+v", r)
	}
	require.NoError(t, run.Wait())
	require.ErrorAs(t, (<-mapper.Map[int, int](t.Context(), nil, ints(1), mapper.Options{})).Err, &invalid)
	_, open := <-mapper.MapSeq(t.Context(), fn, nil, mapper.Options{})
	require.False(t, open)
	require.ErrorAs(t, mapper.Each(t.Context(), nil, ints(1), mapper.Options{}), &invalid)
}

// TestContractNoInputs: nil or empty inputs: an empty, closed channel at once.
func TestContractNoInputs(t *testing.T) {
	t.Parallel()
	fn := func(context.Context, int) (int, error) { return 0, errors.New("called") }
	for name, ch := range map[string]<-chan result{
		"nil":       mapper.Map(t.Context(), fn, nil, mapper.Options{}),
		"empty":     mapper.Map(t.Context(), fn, []int{}, mapper.Options{Unordered: true, Timeout: time.Second}),
		"empty seq": mapper.MapSeq(t.Context(), fn, slices.Values([]int{}), mapper.Options{}),
	} {
		require.Empty(t, slices.Collect(drained(ch)), name)
	}
	for _, in := range [][]int{nil, {}} {
		out, err := mapper.Collect(t.Context(), fn, in, mapper.Options{})
		require.NoError(t, err)
		require.NotNil(t, out)
		require.Empty(t, out)
	}
	require.NoError(t, mapper.Each(t.Context(), func(context.Context, int) error { return errors.New("called") }, nil, mapper.Options{}))
	var none iter.Seq[int] = func(func(int) bool) {}
	run, err := mapper.Start(t.Context(), fn, none, mapper.Options{})
	require.NoError(t, err)
	require.Empty(t, slices.Collect(run.All()))
	require.NoError(t, run.Wait())
	require.Zero(t, run.Stats().Inputs)
}

// TestContractFailuresError: it lists failures by index, prints the first ten and a count, answers for each.
func TestContractFailuresError(t *testing.T) {
	t.Parallel()
	special := errors.New("the special one")
	fn := func(_ context.Context, i int) (int, error) {
		switch {
		case i == 90:
			return 0, special
		case i%2 == 0:
			return 0, &ownError{i}
		}
		return i, nil
	}
	out, err := mapper.Collect(t.Context(), fn, ints(100), mapper.Options{ReturnExceptions: true, Containers: 7})
	require.Len(t, out, 100)
	var failures *mapper.FailuresError
	require.ErrorAs(t, err, &failures)
	require.Len(t, failures.Failures, 50)
	for k, f := range failures.Failures {
		require.Equal(t, 2*k, f.Index)
		require.Equal(t, 1, f.Attempts)
	}
	require.ErrorIs(t, err, special, "also of those not printed")
	var own *ownError
	require.ErrorAs(t, err, &own)
	var input *mapper.InputError
	require.ErrorAs(t, err, &input)

	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, 12)
	require.Contains(t, lines[0], "50 of 100 inputs failed")
	require.Contains(t, lines[1], "input 0 after 1 attempt: own error of attempt 0")
	require.Contains(t, lines[10], "input 18 after 1 attempt")
	require.Contains(t, lines[11], "40 more")

	_, err = mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
		if i == 1 {
			return 0, special
		}
		return 0, nil
	}, ints(3), mapper.Options{ReturnExceptions: true})
	require.EqualError(t, err, "mapper: 1 of 3 inputs failed\n\tinput 1 after 1 attempt: the special one")
}

// strictRuntime is a runtime that knows no function.
type strictRuntime struct{ fakeRuntime }

func (strictRuntime) Check(any) error { return supervisor.ErrFatalStart }

// TestContractUnknownFunction: a runtime that cannot run the function says so before anything starts.
func TestContractUnknownFunction(t *testing.T) {
	t.Parallel()
	fn := func(context.Context, int) (int, error) { return 0, nil }
	opts := mapper.Options{Runtime: strictRuntime{}}
	_, err := mapper.Collect(t.Context(), fn, ints(3), opts)
	require.ErrorIs(t, err, supervisor.ErrFatalStart)
	_, err = mapper.Start(t.Context(), fn, slices.Values(ints(3)), opts)
	require.ErrorIs(t, err, supervisor.ErrFatalStart)
	_, err = mapper.Deploy(t.Context(), mapper.Plain(fn), opts)
	require.ErrorIs(t, err, supervisor.ErrFatalStart)
}

// TestContractNoStart: a runtime whose containers do not start ends an ephemeral run with the start's own error.
func TestContractNoStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fn := func(context.Context, int) (int, error) { return 0, nil }
		_, err := mapper.Collect(t.Context(), fn, ints(3), mapper.Options{Runtime: fakeRuntime{}})
		require.ErrorIs(t, err, supervisor.ErrCutoff)
		require.ErrorIs(t, err, errNoStart)
	})
}
