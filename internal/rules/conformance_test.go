package rules_test

import (
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

// decode is conformance.Decode for a test.
func decode[T any](t *testing.T, data json.RawMessage) T {
	t.Helper()
	v, err := conformance.Decode[T](data)
	require.NoError(t, err)
	return v
}
