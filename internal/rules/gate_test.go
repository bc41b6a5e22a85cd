package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

func TestGateModeNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "closed", rules.GateClosed.String())
	require.Equal(t, "open", rules.GateOpen.String())
	require.Equal(t, "ramp", rules.GateRamp.String())
}

// opened is a gate of n containers that opened at 10 s, with waits of exactly 1, 2, 4, 8, 15, 15 s.
func opened(t *testing.T, n int) *rules.Gate {
	t.Helper()
	g := rules.NewGate(policy.Deployed{}, n, constant(0))
	for i := range 5 {
		require.Equal(t, rules.GateClosed, g.Mode(), "crash %d", i)
		g.Started(0, at(float64(2*i)))
		startCrash(g, 0, at(float64(2*i+2)))
	}
	require.Equal(t, rules.GateOpen, g.Mode())
	return g
}

// ramping is a gate of n containers whose canary, lineage 0, was proven at 11 s.
func ramping(t *testing.T, n int) *rules.Gate {
	t.Helper()
	g := opened(t, n)
	requireAdmit(t, g, 0, 11)
	g.Started(0, at(11))
	g.Finished(0, 1, at(11))
	require.Equal(t, rules.GateRamp, g.Mode())
	return g
}

func requireAdmit(t require.TestingT, g *rules.Gate, lineage int, s float64) {
	ok, wait := g.Admit(lineage, at(s))
	require.True(t, ok, "lineage %d at %v: wait %v", lineage, s, wait)
	require.Zero(t, wait)
}

func requireHeld(t *testing.T, g *rules.Gate, lineage int, s float64, wait time.Duration) {
	t.Helper()
	ok, got := g.Admit(lineage, at(s))
	require.False(t, ok)
	require.Equal(t, wait, got)
}

func TestGateTellsSinceAndUntil(t *testing.T) {
	t.Parallel()
	g := rules.NewGate(policy.Deployed{}, 64, constant(0))
	require.Zero(t, g.Since())
	require.Zero(t, g.Until(0))

	g = opened(t, 64)
	require.Equal(t, at(10), g.Since())
	require.Equal(t, at(11), g.Until(0))
	requireHeld(t, g, 5, 10.25, 750*ms)
	requireAdmit(t, g, 5, 11)
	require.Zero(t, g.Until(0), "nobody knows while a canary is out")
	requireHeld(t, g, 6, 11, 10*time.Second)
	startCrash(g, 5, at(12))
	require.Equal(t, at(10), g.Since())
	require.Equal(t, at(14), g.Until(0))

	g = ramping(t, 64)
	require.Equal(t, at(10), g.Since())
	require.Zero(t, g.Until(0))
	g.Reset(at(12))
	require.Zero(t, g.Since())
}

func TestOnlyTheCanaryCounts(t *testing.T) {
	t.Parallel()
	g := rules.NewGate(policy.Deployed{}, 64, constant(0))
	g.Started(9, at(0)) // still starting when the gate opens
	g.Started(8, at(0))
	for range 5 {
		startCrash(g, 0, at(10))
	}
	require.Equal(t, rules.GateOpen, g.Mode())
	startCrash(g, 8, at(10.5))
	require.Equal(t, at(11), g.Until(0), "its crash makes the wait no longer")
	g.Proven(9, at(10.5))
	require.Equal(t, rules.GateOpen, g.Mode(), "and its luck no shorter")
	g.Finished(9, 1, at(10.6))
	require.Equal(t, rules.GateOpen, g.Mode())

	requireAdmit(t, g, 0, 11)
	g.Ready(0, at(12))
	require.Equal(t, rules.GateOpen, g.Mode(), "ready is no proof")
	g.Proven(0, at(22))
	require.Equal(t, rules.GateRamp, g.Mode())
}

func TestCanaryThatIsStoppedFreesItsPlace(t *testing.T) {
	t.Parallel()
	g := opened(t, 64)
	requireAdmit(t, g, 0, 11)
	g.Stopped(0, at(12)) // drained, or never started
	requireAdmit(t, g, 1, 12)
	startCrash(g, 1, at(13))
	require.Equal(t, at(15), g.Until(0), "the next wait is the second")
}

func TestCanaryWithoutPermission(t *testing.T) {
	t.Parallel()
	g := opened(t, 64)
	g.Started(3, at(10.5)) // too early, but it is out
	requireHeld(t, g, 4, 11, 10*time.Second)
	startCrash(g, 3, at(12))
	require.Equal(t, at(14), g.Until(0))
}

// startCrash reports a start-up crash.
func startCrash(g *rules.Gate, lineage int, now time.Time) {
	g.Crash(rules.Crash{Lineage: lineage, Starting: true, Now: now})
}

func TestRampIsFourThenThreeMoreForEach(t *testing.T) {
	t.Parallel()
	g := ramping(t, 64)
	next := 1
	for range 4 {
		requireAdmit(t, g, next, 12)
		next++
	}
	requireHeld(t, g, next, 12, 10*time.Second)
	for proven := 1; proven <= 4; proven++ {
		g.Proven(proven, at(20))
		g.Finished(proven, 1, at(20)) // proven once, not twice
		for range 4 {
			requireAdmit(t, g, next, 20)
			next++
		}
		requireHeld(t, g, next, 20, 10*time.Second)
	}
	require.Equal(t, 21, next)
	require.Zero(t, g.Canaries(), "all that may start have")
	g.Proven(5, at(20))
	require.Equal(t, 4, g.Canaries())
}

func TestRampClosesWhenNobodyCanBeHeld(t *testing.T) {
	t.Parallel()
	g := ramping(t, 13) // limit 4, 12 not proven
	for lineage := 1; lineage <= 2; lineage++ {
		requireAdmit(t, g, lineage, 12)
		g.Finished(lineage, 1, at(13))
		require.Equal(t, lineage == 2, g.Mode() == rules.GateClosed) // 7 of 11, 10 of 10
	}
	requireDebt(t, 0, 0, g)
	require.Equal(t, 3, g.Healthy())

	g = opened(t, 5)
	requireAdmit(t, g, 0, 11)
	g.Proven(0, at(21))
	require.Equal(t, rules.GateClosed, g.Mode(), "four others: no ramp")
}

func TestRampClosesWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	g := ramping(t, 64)
	requireAdmit(t, g, 1, 15)
	g.Finished(0, 1, at(40))
	require.Equal(t, rules.GateRamp, g.Mode(), "one is on trial")
	g.Stopped(1, at(41))
	g.Finished(0, 1, at(42))
	require.Equal(t, rules.GateClosed, g.Mode())
	require.Zero(t, g.Since())
}

func TestRampIgnoresCrashesOfTheProven(t *testing.T) {
	t.Parallel()
	g := ramping(t, 64)
	for range 9 {
		startCrash(g, 0, at(12))
	}
	require.Equal(t, rules.GateRamp, g.Mode())
	requireAdmit(t, g, 1, 12)
	startCrash(g, 1, at(13))
	require.Equal(t, rules.GateRamp, g.Mode())
	requireAdmit(t, g, 1, 13)
	startCrash(g, 1, at(14))
	require.Equal(t, rules.GateOpen, g.Mode())
	require.Equal(t, at(16), g.Until(0), "the second wait of this crash loop")
}

func TestANewCrashLoopBeginsWithTheFirstWait(t *testing.T) {
	t.Parallel()
	g := opened(t, 5)
	requireAdmit(t, g, 0, 11)
	startCrash(g, 0, at(12)) // waits for 2 s
	requireAdmit(t, g, 0, 14)
	g.Proven(0, at(24))
	require.Equal(t, rules.GateClosed, g.Mode())
	startCrash(g, 0, at(100))
	require.Equal(t, rules.GateClosed, g.Mode(), "old debts are forgiven")
	for range 4 {
		startCrash(g, 0, at(101))
	}
	require.Equal(t, rules.GateOpen, g.Mode())
	require.Equal(t, at(101), g.Since())
	require.Equal(t, at(102), g.Until(0))
}

func TestGateResetIsComplete(t *testing.T) {
	t.Parallel()
	for _, g := range []*rules.Gate{opened(t, 3), ramping(t, 64)} {
		g.Reset(at(10))
		require.Equal(t, rules.GateClosed, g.Mode())
		require.Zero(t, g.Until(0))
		requireDebt(t, 0, 0, g)
		for lineage := range 3 {
			requireAdmit(t, g, lineage, 10)
		}
		for range 4 { // the first is free again
			startCrash(g, 1, at(10))
			require.Equal(t, rules.GateClosed, g.Mode())
		}
	}
}

func TestBucketBindsWhileClosed(t *testing.T) {
	t.Parallel()
	g := rules.NewGate(policy.Deployed{}, 20, nil)
	for lineage := range 20 {
		requireAdmit(t, g, lineage, 0)
		g.Started(lineage, at(0)) // costs nothing more
	}
	requireHeld(t, g, 0, 0, 500*ms)
	requireHeld(t, g, 0, 0.25, 250*ms)
	requireAdmit(t, g, 0, 0.5)
	requireHeld(t, g, 0, 0.5, 500*ms)
	require.Equal(t, rules.GateClosed, g.Mode())

	for range 1000 { // starts nobody asked for are charged, but not for ever
		g.Started(0, at(0.5))
	}
	requireHeld(t, g, 0, 0.5, 10500*ms)
	g.Started(25, at(0)) // time that goes back, and a lineage nobody announced
	requireHeld(t, g, 0, 0.5, 10500*ms)
}

func TestPlainGateNeverRunsOutOfTokens(t *testing.T) {
	t.Parallel()
	g := rules.NewGate(policy.Deployed{}, 1, nil).Plain()
	now := time.Unix(0, 0)
	for range 1000 {
		ok, wait := g.Admit(0, now)
		require.True(t, ok)
		require.Zero(t, wait)
		g.Started(0, now)
		g.Finished(0, 1, now)
		g.Stopped(0, now)
	}
}
