package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
)

func TestRuleNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "none", policy.Rule(0).String())
	require.Equal(t, "cold", policy.RuleCold.String())
	require.Equal(t, "sustained", policy.RuleSustained.String())
	require.Equal(t, "fatal", policy.RuleFatal.String())
}
