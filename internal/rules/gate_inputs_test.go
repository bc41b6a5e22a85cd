package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// openedByInputs is a gate of n containers that 32 inputs opened at 10 s, with waits of exactly 1, 2, 4, 8, 15, 15 s.
func openedByInputs(t *testing.T, n int) *rules.Gate {
	t.Helper()
	g := rules.NewGate(policy.Deployed{}, n, constant(0)).Plain()
	inputCrashes(g, 31, 10)
	require.Equal(t, rules.GateClosed, g.Mode())
	inputCrashes(g, 1, 10)
	require.Equal(t, rules.GateOpen, g.Mode())
	require.True(t, g.OfInputs())
	require.Equal(t, 1, g.Canaries())
	return g
}

// inputCrashes has n fresh inputs crash on lineage 0 at one time, each begun when the one before it had crashed.
func inputCrashes(g *rules.Gate, n int, s float64) {
	for range n {
		g.Crash(rules.Crash{Fresh: true, Begun: at(s), Now: at(s), InReach: true, Wanted: 1})
	}
}

func TestCanaryOnAStruckInputCounts(t *testing.T) {
	t.Parallel()
	g := openedByInputs(t, 2)
	requireAdmit(t, g, 0, 11)
	g.Started(0, at(11))
	g.Crash(rules.Crash{Lineage: 0, Now: at(12)})
	require.Equal(t, at(14), g.Until(0), "its wait is the second")
}

func TestFewSlowInputsOpenTheGate(t *testing.T) {
	t.Parallel()
	g := rules.NewGate(policy.Deployed{}, 4, constant(0))
	inputCrashes(g, 7, 0)
	inputCrashes(g, 1, 9)
	require.Equal(t, rules.GateClosed, g.Mode(), "8, but not for a probation")
	g.Crash(rules.Crash{Now: at(10)})
	require.Equal(t, rules.GateClosed, g.Mode(), "a struck input says nothing")
	inputCrashes(g, 1, 10)
	require.Equal(t, rules.GateOpen, g.Mode())

	g = rules.NewGate(policy.Deployed{ColdInputs: 5}, 4, constant(0))
	inputCrashes(g, 4, 0)
	require.Equal(t, rules.GateClosed, g.Mode())
	inputCrashes(g, 1, 0)
	require.Equal(t, rules.GateOpen, g.Mode())
}

// TestAnyFinishedInputClosesWhatInputsOpened also checks that a gate which start-ups opened stays as it is.
func TestAnyFinishedInputClosesWhatInputsOpened(t *testing.T) {
	t.Parallel()
	g := openedByInputs(t, 64)
	g.Finished(9, 1, at(10.5))
	require.Equal(t, rules.GateClosed, g.Mode())
	require.False(t, g.OfInputs())
	require.Zero(t, g.Streak().Run())
	require.Zero(t, g.Canaries())

	g = openedByInputs(t, 64)
	for range 5 {
		startCrash(g, 3, at(10))
	}
	require.False(t, g.OfInputs(), "nothing can start either")
	g.Progress(at(10.5))
	require.Equal(t, rules.GateOpen, g.Mode())

	g = opened(t, 64)
	inputCrashes(g, 40, 10.2)
	g.Finished(9, 1, at(10.5))
	require.Equal(t, rules.GateOpen, g.Mode())
	require.Zero(t, g.Streak().Run())
}

func TestPlainHasNoRamp(t *testing.T) {
	t.Parallel()
	g := openedByInputs(t, 64)
	requireAdmit(t, g, 0, 11)
	g.Proven(0, at(21))
	require.Equal(t, rules.GateClosed, g.Mode())
	require.Zero(t, g.Streak().Run(), "the next crash must not open it again")
}

func TestInputCrashGivesItsTokenBack(t *testing.T) {
	t.Parallel()
	g := rules.NewGate(policy.Deployed{}, 2, constant(0))
	for s := range 100 {
		requireAdmit(t, g, 0, 0)
		g.Started(0, at(0))
		g.Crash(rules.Crash{Now: at(0), Fresh: s%31 != 0})
		if s%31 == 0 {
			g.Progress(at(0))
		}
	}
	requireAdmit(t, g, 0, 0)
	requireAdmit(t, g, 1, 0)
	requireHeld(t, g, 1, 0, time.Second)
}
