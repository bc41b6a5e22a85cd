package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// admitted is how many of n lineages the gate lets start at one moment.
func admitted(g *rules.Gate, n int, now time.Time) int {
	yes := 0
	for i := range n {
		if ok, _ := g.Admit(i, now); ok {
			yes++
		}
	}
	return yes
}

// TestGateGrow checks that a gate which has grown limits creations like one made for as many, and never shrinks.
func TestGateGrow(t *testing.T) {
	t.Parallel()
	g := rules.NewGate(policy.Deployed{}, 2, constant(0))
	require.Equal(t, 2, admitted(g, 100, at(0)))
	g.Grow(50, at(0))
	require.Equal(t, 48, admitted(g, 100, at(0)), "a token for each new one")
	require.Equal(t, 5, admitted(g, 100, at(1)), "a tenth of them a second")
	g.Grow(10, at(1))
	require.Equal(t, 5, admitted(g, 100, at(2)))
	require.Equal(t, 50, admitted(g, 100, at(60)))
}

func TestGateGrowPlain(t *testing.T) {
	t.Parallel()
	g := rules.NewGate(policy.Deployed{}, 2, constant(0)).Plain()
	g.Grow(10, at(0))
	require.Equal(t, 1000, admitted(g, 1000, at(0)))
}
