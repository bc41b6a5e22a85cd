package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// TestPauses checks 0.25 s · 2ⁿ up to 8 s, half of it random, one after each round of 32.
func TestPauses(t *testing.T) {
	t.Parallel()
	for draw, first := range map[float64]time.Duration{0: 125 * ms, 0.999999999: 250 * ms} {
		b := rules.NewBudget(policy.Ephemeral{}, 2, constant(draw))
		b.Finished(2, 1, at(0)) // so that neither the cold rule nor the sustained one has a say
		now, want := 0.0, first
		for range 9 {
			for i := range 32 {
				requireMay(t, b, 0, now, 0)
				require.Zero(t, b.Crash(fresh(now)))
				requireMay(t, b, 1, now, 0)
				if i == 0 {
					now += 0.001
				}
			}
			requireMay(t, b, 0, now, want)
			requireMay(t, b, 0, now+want.Seconds()-0.001, ms)
			now += want.Seconds() + 0.001
			want = min(2*want, 32*first)
		}
		require.Equal(t, 9, b.Streak().Pauses())
	}
}

// requireMay checks how long a lineage must wait for a start, to the microsecond.
func requireMay(t *testing.T, b *rules.Budget, lineage int, s float64, wait time.Duration) {
	t.Helper()
	ok, got := b.Admit(lineage, at(s))
	require.Equal(t, wait, got.Round(time.Microsecond))
	require.Equal(t, got == 0, ok)
}

// paused is a budget of 8 containers in whose pause, of 125 ms, all of them crashed.
func paused(t *testing.T) *rules.Budget {
	t.Helper()
	b := rules.NewBudget(policy.Ephemeral{}, 8, constant(0))
	for i := range 32 {
		c := fresh(0)
		c.Lineage = i % 8
		require.Zero(t, b.Crash(c))
	}
	requireMay(t, b, 7, 0, 125*ms)
	require.True(t, b.Streak().Doubt())
	return b
}

func TestWhatBeganBeforeThePauseEndedIsNotCounted(t *testing.T) {
	t.Parallel()
	b := paused(t)
	c := fresh(0.124)
	require.Zero(t, b.Crash(c))
	require.Equal(t, []int{32, 33}, []int{b.Streak().Run(), b.Streak().Inputs()})
	require.Zero(t, b.Crash(fresh(0.125)))
	require.Equal(t, []int{33, 34}, []int{b.Streak().Run(), b.Streak().Inputs()})
}

func TestPauseEndsWithAFinishedInput(t *testing.T) {
	t.Parallel()
	for _, end := range []func(*rules.Budget){
		func(b *rules.Budget) { b.Finished(0, 1, at(0)) },
		func(b *rules.Budget) { b.Progress(at(0)) },
		func(b *rules.Budget) { b.Reset(at(0)) },
	} {
		b := paused(t)
		end(b)
		for lineage := range 8 {
			requireMay(t, b, lineage, 0, 0)
		}
	}
}

func TestPauseHoldsOnlyCrashesOnInputs(t *testing.T) {
	t.Parallel()
	b := paused(t)
	startCrashes(t, b, 3, 1, 0)
	requireMay(t, b, 3, 0, 0)
	require.Zero(t, b.Crash(rules.Crash{Lineage: 4, Now: at(0)}))
	requireMay(t, b, 4, 0, 0) // nothing fresh is in reach: what is left must not wait
	b.Started(5, at(0))
	requireMay(t, b, 5, 0, 0)
	requireMay(t, b, 6, 0, 125*ms)
	requireMay(t, b, 99, 0, 0)
}
