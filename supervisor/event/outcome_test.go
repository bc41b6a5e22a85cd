package event

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOutcomes(t *testing.T) {
	t.Parallel()
	var said []string
	for _, o := range append(Outcomes(), "") {
		said = append(said, o.Say(968, 7))
	}
	require.Equal(t, []string{
		"completed", "completed with 968 failures", "cut off", "cancelled", "stopped", "failed at input 7", "its source failed", "",
	}, said)
	require.Equal(t, "completed with 1 failure", WithFailures.Say(1, NoInput))
	require.Equal(t, "failed at an input", FailedAtInput.Say(0, NoInput))
}

func TestOutcomeJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(Event{Kind: RunEnded, Outcome: WithFailures, Failed: 3, Container: -1, Lineage: -1, Input: NoInput})
	require.NoError(t, err)
	require.JSONEq(t, `{"time":"0001-01-01T00:00:00Z","kind":"run_ended","failed":3,"outcome":"completed_with_failures"}`, string(text))
}
