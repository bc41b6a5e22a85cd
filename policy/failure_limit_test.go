package policy_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
)

func TestFailureLimitIsValidated(t *testing.T) {
	t.Parallel()
	for field, l := range map[string]policy.FailureLimit{
		"":                   {},
		"FailureLimit.Count": {Count: -1},
		"FailureLimit.Ratio": {Ratio: math.NaN()},
		"FailureLimit.Of":    {Ratio: 0.5, Of: -1},
		"FailureLimit.Soon":  {Soon: true},
	} {
		requireInvalid(t, field, l.Validate())
	}
	requireInvalid(t, "FailureLimit.Ratio", policy.FailureLimit{Ratio: 1.01}.Validate())
	requireInvalid(t, "FailureLimit.Ratio", policy.FailureLimit{Ratio: -0.01}.Validate())
	requireInvalid(t, "FailureLimit.Of", policy.FailureLimit{Of: 10, Count: 1}.Validate())
	requireInvalid(t, "FailureLimit.Of", policy.FailureLimit{Ratio: 1, Of: 1_000_001}.Validate())
	requireInvalid(t, "", policy.FailureLimit{Count: 1, Ratio: 1, Of: 1_000_000, Soon: true}.Validate())
	require.Equal(t, 100, policy.FailureLimit{}.WithDefaults().Of)
	require.Equal(t, 7, policy.FailureLimit{Of: 7}.WithDefaults().Of)
}
