package metrics_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/supervisor"
)

func TestEnding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err          error
		phase, cause string
	}{
		{nil, "other", "other"},
		{errBad, "other", "other"},
		{&supervisor.CrashError{Phase: supervisor.PhaseInput, Panic: "oh no"}, "input", "panic"},
		{fmt.Errorf("in a function: %w", &supervisor.CrashError{Phase: supervisor.PhaseIdle, Goexit: true}), "idle", "goexit"},
		{&supervisor.CrashError{Phase: supervisor.PhaseStart, Err: errBad}, "start", "error"},
		{&supervisor.CrashError{Phase: supervisor.PhaseExit, Err: errBad, Kind: "oom"}, "exit", "oom"},
		{&supervisor.CrashError{Phase: supervisor.PhaseExit, Err: errBad, Kind: "\xff"}, "exit", "\uFFFD"},
	} {
		phase, cause := metrics.Ending(c.err)
		require.Equal(t, []string{c.phase, c.cause}, []string{phase, cause})
	}
}

// TestEndingsAreBounded: a runtime may make up kinds of crashes, but not series without end.
func TestEndingsAreBounded(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	for i := range 1000 {
		r.Observe(supervisor.Event{
			Kind: supervisor.ContainerCrashed, Function: "f",
			Err: &supervisor.CrashError{Phase: supervisor.PhaseInput, Kind: fmt.Sprint(i)},
		})
	}
	series, crashes := 0, 0.
	for _, f := range r.Snapshot() {
		if f.Name == "longshore_crash_events_total" {
			for _, s := range f.Samples {
				series++
				crashes += s.Value
			}
		}
	}
	require.Equal(t, 65, series)
	require.InDelta(t, 1000, crashes, 0)
	requireValues(t, map[string]float64{"longshore_crash_events_total other f other": 1000 - 64}, &r)
}

// TestMeasured: whoever keeps histograms is told of each observation, under a bounded name.
func TestMeasured(t *testing.T) {
	t.Parallel()
	var told []string
	r := metrics.Registry{Measured: func(instrument, function string, seconds float64, n int) {
		told = append(told, fmt.Sprint(instrument, " ", function, " ", seconds, " ", n))
	}}
	r.Observe(supervisor.Event{Kind: supervisor.AttemptsEnded, Function: "f\xff", Count: 3, Took: 2 * time.Second})
	require.Equal(t, []string{"longshore.attempt.duration f\uFFFD 2 3"}, told)
}

// TestSnapshotStays: what has been returned does not change any more.
func TestSnapshotStays(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	attempts := supervisor.Event{Kind: supervisor.AttemptsEnded, Function: "f", Count: 3, Took: time.Second}
	r.Observe(attempts)
	before := r.Snapshot()
	r.Observe(attempts)
	require.Equal(t, []float64{3, 6}, []float64{
		values(before)["longshore_attempt_duration_seconds f"], values(r.Snapshot())["longshore_attempt_duration_seconds f"],
	})
}

// halfDeaf is not told of starts.
type halfDeaf struct{ metrics.Registry }

func (*halfDeaf) Wants(kind supervisor.Kind) bool { return kind == supervisor.ContainerReady }

// TestLostStarts: a container whose start was lost has taken no known time.
func TestLostStarts(t *testing.T) {
	t.Parallel()
	var r halfDeaf
	require.NoError(t, mapper.Each(t.Context(), no, ints(2), mapper.Options{Name: "f", Containers: 1, Observer: &r}))
	r.Observe(supervisor.Event{Kind: supervisor.ContainerCrashed, Function: "f"})
	requireValues(t, map[string]float64{"longshore_container_start_duration_seconds f": 0}, &r.Registry)
}
