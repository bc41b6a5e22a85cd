package mapper_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// cancelSetup and cancelWant are a case of area cancellation: one container, and calls of which some are cancelled.
type cancelSetup struct {
	Fn          string    `json:"fn"`
	SleepS      []float64 `json:"sleep_s"` // of each input
	Inputs      int       `json:"inputs"`  // that sleep for as long as Fn says
	Cancel      []string  `json:"cancel"`  // ordinals; "already done": not before it is
	Concurrency int       `json:"concurrency"`

	Raise      string `json:"raise"`
	Op         string `json:"op"`
	Terminates bool   `json:"terminate_containers"`
}

type cancelWant struct {
	Outputs          json.RawMessage `json:"outputs"` // of each input, or how many there are
	Survives         *bool           `json:"container_survives"`
	ExitCode         int             `json:"exit_code"` // of the container: it does not crash
	DurationMax      float64         `json:"duration_s_max"`
	Live             *int            `json:"live_cancellations"`
	Terminated       *int            `json:"terminated"`
	ValueOfOther     any             `json:"value_of_other"`
	ContainerExits   float64         `json:"container_exits_s_max"`
	Others           string          `json:"others"`
	Caught           *bool           `json:"caught_by_generic_handler"`
	InputsOfCall     string          `json:"inputs_of_call"`
	OthersOnInstance string          `json:"other_inputs_on_container"`
}

func runCancelCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[cancelSetup](t, c.Setup), decodeCase[cancelWant](t, c.Want())
	run := cancelCalls
	switch {
	case setup.Raise != "":
		run = cancelEscapes
	case setup.Op == "cancel":
		run = cancelWithContainer
	default:
		require.NotEmpty(t, setup.Cancel, "a case of area cancellation that nobody runs")
	}
	synctest.Test(t, func(t *testing.T) { run(t, setup, want) })
}

var ordinals = []string{"first", "second", "third", "fourth", "fifth"}

// sleeps is how long each input takes, and what it returns.
func (s cancelSetup) sleeps() (list []float64) {
	if s.SleepS != nil {
		return s.SleepS
	}
	seconds := 1.0
	if strings.Contains(s.Fn, "20 s") {
		seconds = 20
	}
	return slices.Repeat([]float64{seconds}, s.Inputs)
}

// deaf functions take no notice of their context.
func (s cancelSetup) deaf() bool { return strings.HasPrefix(s.Fn, "uncancellable") }

// cancelTrace is what attempts saw of cancellations.
type cancelTrace struct {
	begun, done tally[mapper.Attempt]
	cancelled   atomic.Int32
}

func (tr *cancelTrace) sleep(deaf bool) func(context.Context, float64) (any, error) {
	return func(ctx context.Context, seconds float64) (any, error) {
		a, _ := mapper.AttemptFrom(ctx)
		tr.begun.add(a)
		var err error
		if deaf {
			time.Sleep(caseMS(1000 * seconds))
		} else {
			err = during(ctx, caseMS(1000*seconds))
		}
		if ctx.Err() != nil {
			tr.cancelled.Add(1)
		} else {
			tr.done.add(a)
		}
		return seconds, err
	}
}

// cancelCalls: a call that is cancelled ends, the others do not.
func cancelCalls(t *testing.T, setup cancelSetup, want cancelWant) {
	var seen cancelTrace
	f, err := mapper.Deploy(t.Context(), mapper.Plain(seen.sleep(setup.deaf())), mapper.Options{
		Containers: 1, MaxInputs: max(setup.Concurrency, 1), Retries: policy.FixedRetries(2),
	})
	require.NoError(t, err)
	begin := time.Now()
	calls, err := f.SpawnAll(t.Context(), setup.sleeps())
	require.NoError(t, err)
	cancelled := setup.cancelEach(t, &seen, calls)
	require.EqualValues(t, 1, f.Stats().Pool.Starts)
	if want.ContainerExits > 0 {
		seen.requireContainerGone(t, setup, want, f)
	}
	setup.requireOutputs(t, want, calls, cancelled)
	if want.DurationMax > 0 {
		require.LessOrEqual(t, time.Since(begin), caseMS(1000*want.DurationMax))
	}
	require.NoError(t, f.Stop(t.Context()))
	stats := f.Stats()
	if want.Survives != nil {
		require.Equal(t, *want.Survives, stats.Pool.Starts == 1)
	}
	require.Equal(t, want.ExitCode, stats.Pool.Crashes)
	synctest.Wait()
	if want.Live != nil {
		require.EqualValues(t, *want.Live, seen.cancelled.Load())
	}
}

// cancelEach cancels the calls that the case names, each while it executes or when it is done.
func (s cancelSetup) cancelEach(t *testing.T, seen *cancelTrace, calls []*mapper.Call[any]) (cancelled map[int]bool) {
	t.Helper()
	cancelled = map[int]bool{}
	for _, which := range s.Cancel {
		ordinal, _, done := strings.Cut(which, ", already done")
		i := slices.Index(ordinals, ordinal)
		require.GreaterOrEqual(t, i, 0, which)
		if done {
			<-calls[i].Done()
		} else {
			cancelled[i] = true
			for len(seen.begun.all()) <= i {
				time.Sleep(time.Millisecond)
			}
		}
		calls[i].Cancel()
	}
	return cancelled
}

// requireContainerGone: an attempt that ignores its cancellation takes the container with it, and what else the
// container executed is executed by another one.
func (tr *cancelTrace) requireContainerGone(t *testing.T, setup cancelSetup, want cancelWant, f *mapper.Function[float64, any]) {
	t.Helper()
	time.Sleep(caseMS(1000 * want.ContainerExits))
	synctest.Wait()
	pool := f.Stats().Pool
	require.Equal(t, []int{2, 1, want.ExitCode}, []int{pool.Starts, pool.Abandoned, pool.Crashes})
	outputs := 0
	require.NoError(t, json.Unmarshal(want.Outputs, &outputs))
	require.Len(t, tr.done.all(), outputs)
	if want.Others != "" {
		require.Equal(t, "rescheduled elsewhere", want.Others)
		begun := tr.begun.all()
		require.Len(t, begun, 2*setup.Inputs-len(setup.Cancel))
		for _, again := range begun[setup.Inputs:] {
			require.NotEqual(t, begun[0].Container, again.Container)
		}
	}
}

func (s cancelSetup) requireOutputs(t *testing.T, want cancelWant, calls []*mapper.Call[any], cancelled map[int]bool) {
	t.Helper()
	var outputs []any
	if json.Unmarshal(want.Outputs, &outputs) == nil { // or it is a number
		require.Len(t, outputs, len(calls))
	}
	terminated := 0
	for i, c := range calls {
		v, err := c.Get(t.Context())
		if cancelled[i] {
			require.Equal(t, mapper.ErrCancelled, err)
			v = "terminated"
			terminated++
		} else {
			require.NoError(t, err)
			require.Equal(t, s.sleeps()[i], v)
			if want.ValueOfOther != nil {
				require.Equal(t, want.ValueOfOther, v)
			}
		}
		if outputs != nil {
			require.Equal(t, outputs[i], v)
		}
	}
	if want.Terminated != nil {
		require.Equal(t, *want.Terminated, terminated)
	}
}

// cancelEscapes: a function that makes a value of every error cannot make one of its cancellation.
func cancelEscapes(t *testing.T, _ cancelSetup, want cancelWant) {
	require.False(t, *want.Caught)
	causes := make(chan error, 1)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(ctx context.Context, _ int) (string, error) {
		for during(ctx, time.Second) == nil {
			continue
		}
		causes <- context.Cause(ctx)
		return "handled", nil
	}), mapper.Options{Containers: 1, Retries: policy.FixedRetries(2)})
	require.NoError(t, err)
	call, err := f.Spawn(t.Context(), 0)
	require.NoError(t, err)
	time.Sleep(time.Minute)
	call.Cancel()
	_, err = call.Get(t.Context())
	require.ErrorIs(t, err, mapper.ErrCancelled)
	require.Equal(t, mapper.ErrCancelled, <-causes)
	require.NoError(t, f.Stop(t.Context()))
	require.Empty(t, causes, "it is not retried")
}

// cancelWithContainer: the container of a cancelled call can be ended with it. With us those are two steps.
func cancelWithContainer(t *testing.T, setup cancelSetup, want cancelWant) {
	var seen cancelTrace
	f, err := mapper.Deploy(t.Context(), mapper.Plain(seen.sleep(false)), mapper.Options{
		Containers: 1, MaxInputs: setup.Concurrency, Retries: policy.FixedRetries(2),
	})
	require.NoError(t, err)
	calls, err := f.SpawnAll(t.Context(), slices.Repeat([]float64{10}, setup.Concurrency))
	require.NoError(t, err)
	time.Sleep(time.Second)
	calls[0].Cancel()
	container := seen.begun.all()[0].Container
	if setup.Terminates {
		require.True(t, f.Preempt(container))
	}
	_, err = calls[0].Get(t.Context())
	require.Equal(t, "terminated, not retried", want.InputsOfCall)
	require.Equal(t, mapper.ErrCancelled, err)
	_, err = mapper.Gather(t.Context(), calls[1:]...)
	require.NoError(t, err)
	require.Equal(t, "rescheduled", want.OthersOnInstance)
	begun := seen.begun.all()
	require.Len(t, begun, 2*setup.Concurrency-1)
	for _, again := range begun[setup.Concurrency:] {
		require.NotEqual(t, container, again.Container)
		require.Equal(t, 2, again.Attempt)
	}
	require.NoError(t, f.Stop(t.Context()))
}
