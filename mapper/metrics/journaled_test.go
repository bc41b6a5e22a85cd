package metrics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/supervisor"
)

// viewer is shown a run.
type viewer struct{ mapper.View }

func (v *viewer) Watch(run mapper.View) { v.View = run }

func (v *viewer) Observe(supervisor.Event) {}

// journaled is a run with a journal that is in the midst of it.
type journaled struct {
	mapper.View
	counts mapper.Journaled
	done   chan struct{}
}

func (j *journaled) Done() <-chan struct{} { return j.done }

func (j *journaled) Counts() mapper.Counts { return mapper.Counts{Inputs: 100, Journaled: j.counts} }

// TestJournaled: what was done for a run and its journal is counted for ever, and what is still to be is
// no more after its end.
func TestJournaled(t *testing.T) {
	t.Parallel()
	var v viewer
	require.NoError(t, mapper.Each(t.Context(), no, ints(1), mapper.Options{Name: "resize", Observer: &v}))
	var r metrics.Registry
	j := &journaled{View: v.View, done: make(chan struct{}), counts: mapper.Journaled{
		Restored: 3, Recorded: 5, Unrecorded: 7, Lag: 1500 * time.Millisecond, Damaged: 2, Deaths: 4, Suspected: 6, Convicted: 1,
	}}
	r.Watch(j)
	requireValues(t, map[string]float64{
		"longshore_restored_inputs_total resize run": 3, "longshore_recorded_inputs_total resize run": 5,
		"longshore_damaged_inputs_total resize run": 2, "longshore_unrecorded_inputs resize run": 7,
		"longshore_journal_lag_seconds resize run": 1.5, "longshore_journal_deaths resize run": 4,
		"longshore_suspected_inputs resize run": 6, "longshore_convicted_inputs resize run": 1,
	}, &r)
	close(j.done)
	r.Observe(supervisor.Event{Kind: supervisor.RunEnded, Run: v.About().ID})
	requireValues(t, map[string]float64{
		"longshore_restored_inputs_total resize run": 3, "longshore_recorded_inputs_total resize run": 5,
		"longshore_unrecorded_inputs resize run": 0, "longshore_journal_deaths resize run": 0,
	}, &r)
}
