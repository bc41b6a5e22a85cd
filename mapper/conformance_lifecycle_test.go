package mapper_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
)

// lifeSetup and lifeWant are a case of area lifecycle: a container that is entered, has one input, and exits.
type lifeSetup struct {
	Hooks    []string `json:"hooks"`
	Call     string   `json:"call"`
	Snapshot bool     `json:"snapshot"`
	Lifespan bool     `json:"lifespan"`
	Signal   string   `json:"signal"`
	Fn       string   `json:"fn"`
	Cause    string   `json:"cause"`

	InputS      float64 `json:"input_sleep_s"`
	SyncEnterS  float64 `json:"sync_enter_s"`
	AsyncEnterS float64 `json:"async_enter_s"`
	SyncExitS   float64 `json:"sync_exit_s"`
	AsyncExitS  float64 `json:"async_exit_s"`
	ExitS       float64 `json:"exit_s"`
}

type lifeWant struct {
	Events     []string        `json:"events"`
	ExitCode   int             `json:"exit_code"` // of the container: it does not crash
	Outputs    json.RawMessage `json:"outputs"`   // what came of the input, or how many values there are
	StopMax    float64         `json:"stop_s_max"`
	TaskResult any             `json:"task_result"` // null: no failure is recorded
	ExitRuns   *bool           `json:"exit_hooks_run"`
	Killed     float64         `json:"killed_after_s"`
}

func runLifecycleCase(t *testing.T, c conformance.Case) {
	setup, want := decodeCase[lifeSetup](t, c.Setup), decodeCase[lifeWant](t, c.Want())
	if want.Killed > 0 {
		requireExitGrace(t, setup, want)
		return
	}
	require.NotEmpty(t, want.Events, "a case of area lifecycle that nobody runs")
	for name, way := range lifeWays {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				seen := &lifeTrace{setup: setup}
				way := way(t, seen.body())
				seen.requireInterrupt(t, want, way)
				require.Equal(t, want.Events, seen.events.all())
				require.Equal(t, want.ExitCode, way.crashes())
				require.Nil(t, want.TaskResult)
			})
		})
	}
}

// requireInterrupt lives the life, which the signal of the case ends in the middle of what takes long in it.
func (l *lifeTrace) requireInterrupt(t *testing.T, want lifeWant, way lifeWay) {
	t.Helper()
	long := l.setup.long()
	if l.setup.Signal == "" || l.setup.Signal == "interrupt during exit" {
		v, err := way.result()
		l.requireOutput(t, want, v, err)
		way.drain()
	}
	if l.setup.Signal != "" {
		time.Sleep(long / 2)
		synctest.Wait()
		require.Equal(t, l.setup.sleeps(), l.last(), "it is interrupted there")
		begin := time.Now()
		way.end()
		<-way.done
		if want.StopMax > 0 {
			require.LessOrEqual(t, time.Since(begin), caseMS(1000*want.StopMax))
		}
	}
	<-way.done
	if l.setup.Signal != "" && l.setup.Signal != "interrupt during exit" {
		v, err := way.result()
		l.requireOutput(t, want, v, err)
	}
	if want.ExitRuns != nil {
		require.Equal(t, *want.ExitRuns, l.exits.all() != nil)
	}
	for _, err := range l.exits.all() {
		require.NoError(t, err, "what ends the function does not end an exit's context")
	}
}

// requireOutput: an input that is interrupted has no value, and says why.
func (l *lifeTrace) requireOutput(t *testing.T, want lifeWant, v string, err error) {
	t.Helper()
	if bytes.ContainsAny(want.Outputs, "[") {
		require.JSONEq(t, `["terminated"]`, string(want.Outputs))
		require.ErrorIs(t, err, errLifeEnded)
		return
	}
	values := 1
	if want.Outputs != nil {
		require.NoError(t, json.Unmarshal(want.Outputs, &values))
	}
	if values == 0 {
		require.ErrorIs(t, err, errLifeEnded)
		return
	}
	require.NoError(t, err)
	require.Equal(t, "value", v)
}

// lifeTrace is the case's function: steps, of which the case has some take time.
type lifeTrace struct {
	setup  lifeSetup
	events tally[string]
	exits  tally[error] // the state of the context when exit began
}

func (l *lifeTrace) last() string {
	all := l.events.all()
	return all[len(all)-1]
}

func (l *lifeTrace) body() mapper.Body[int, string] {
	enter, call, exit := l.setup.plan()
	return mapper.WithState(
		func(ctx context.Context) (string, error) { return "value", l.play(ctx, enter) },
		func(ctx context.Context, state string, _ int) (string, error) { return state, l.play(ctx, call) },
		func(ctx context.Context, _ string) error {
			l.exits.add(ctx.Err())
			return l.play(ctx, exit)
		},
	)
}

func (l *lifeTrace) play(ctx context.Context, steps []string) error {
	for _, step := range steps {
		l.events.add(step)
		if step != l.setup.sleeps() {
			continue
		}
		if err := during(ctx, l.setup.long()); err != nil {
			return err
		}
	}
	return nil
}
