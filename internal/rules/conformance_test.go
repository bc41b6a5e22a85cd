package rules_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
)

// runners has one entry for each kind of trace.
var runners = map[string]func(*testing.T, conformance.Case){
	"detector":    runDetector,
	"streak":      runStreak,
	"run":         runRun,
	"gate":        runGate,
	"attribution": runAttribution,
}

func TestConformance(t *testing.T) {
	t.Parallel()
	cases, err := conformance.Supervision()
	require.NoError(t, err)
	for _, c := range cases {
		run, ours := runners[c.Kind()]
		if !ours {
			require.NotEqual(t, "trace", c.Level, "%s: a trace of kind %q that nobody runs", c.ID, c.Kind())
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			run(t, c)
		})
	}
}

// decode fails on fields the runner does not know: a case of which half is understood is not run.
func decode[T any](t *testing.T, data json.RawMessage) T {
	t.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&v), "%s", data)
	return v
}
