package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
)

// flowElsewhere is why the other areas of flow_cases.json are not run here.
var flowElsewhere = map[string]string{"adaptive": "in the room of the gates, which knows the exact limit"}

// flowAreas run the cases of an area.
var flowAreas = map[string]func(*testing.T, conformance.Case){
	"expand": runExpandCase, "rate": runTimedCase, "total": runTimedCase, "throttle": runTimedCase, "key": runTimedCase,
	"weight": runTimedCase, "share": runShareCase, "hedge": runHedgeCase, "split": runSplitCase, "source": runSourceCase,
	"failure_limit": runLimitCase, "invalid": runInvalidCase,
}

func TestFlowConformance(t *testing.T) {
	cases, err := conformance.Flow()
	require.NoError(t, err)
	for _, c := range cases {
		if run := flowAreas[c.Area]; run != nil {
			t.Run(c.ID, func(t *testing.T) { run(t, c) })
			continue
		}
		require.NotEmpty(t, flowElsewhere[c.Area], "%s (%s) is neither run nor listed", c.ID, c.Area)
	}
}
