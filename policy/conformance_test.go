package policy_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
)

// elsewhere lists the cases of our areas that this package does not run, each with the reason.
var elsewhere = map[string]string{
	"policy.generator_rejected": "what may have retries at all is decided by the mapper, which knows the function",
	"delay.attempt_zero_is_error": "Delay returns a Duration and has no room for an error: " +
		"retry 0 counts as 1 (TestDelayBelowFirst)",
	"delay.map_uses_truncated_clock": "needs a run: when a retry is due is decided by the mapper; " +
		"that Delay(1) is a whole second, TestDelayFixed checks",
}

// runners has one entry for each area that is this package's.
var runners = map[string]func(*testing.T, conformance.Case){
	"retry_policy": runRetryPolicy,
	"retry_delay":  runRetryDelay,
}

func TestConformance(t *testing.T) {
	t.Parallel()
	modal, err := conformance.Modal()
	require.NoError(t, err)

	for _, c := range modal {
		run, ours := runners[c.Area]
		if !ours {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			if reason, ok := elsewhere[c.ID]; ok {
				t.Skip(reason)
			}
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
