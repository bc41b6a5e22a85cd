package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// crash reports n crashes of a lineage that must not exceed the limit.
func crash(t *testing.T, b *rules.Budget, lineage, n int, starting bool, s float64) {
	t.Helper()
	for range n {
		rule, exceeded := b.Crash(lineage, starting, at(s))
		require.False(t, exceeded, rule)
		require.Zero(t, rule)
	}
}

func requireDebt(t *testing.T, start, run int, of interface{ Debt() (int, int) }) {
	t.Helper()
	s, r := of.Debt()
	require.Equal(t, [2]int{start, run}, [2]int{s, r})
}

func TestChannelsAreApart(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 1)
	crash(t, b, 0, 3, true, 0)
	crash(t, b, 0, 3, false, 0)
	requireDebt(t, 2, 2, b)
	b.Ready(0)
	requireDebt(t, 1, 2, b)
	b.Finished(0)
	requireDebt(t, 0, 1, b)
	crash(t, b, 0, 1, true, 0) // free again
	requireDebt(t, 0, 1, b)
}

func TestFirstInputAlwaysCrashes(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 1)
	for range 4 {
		b.Ready(0) // pays for starts, not for dying on the input
		crash(t, b, 0, 1, false, 0)
	}
	b.Ready(0)
	rule, exceeded := b.Crash(0, false, at(0))
	require.True(t, exceeded)
	require.Equal(t, policy.RuleCold, rule)
}

func TestColdNeedsNothingHealthy(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 3)
	b.Proven(2)
	crash(t, b, 0, 6, false, 0)
	b.Stopped(2) // scaled down: no crash, but nothing healthy any more
	require.Zero(t, b.Healthy())
	_, exceeded := b.Crash(0, false, at(0))
	require.True(t, exceeded)
}

func TestSustainedIsOffWhenDebtWasPaid(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{ColdDebt: 2, Debt: 2, Sustain: 10 * time.Second}, 1)
	b.Finished(0)
	crash(t, b, 0, 2, false, 0) // debt 1 since 0 s
	b.Finished(0)               // 0: the clock starts again
	crash(t, b, 0, 3, false, 9) // debt 2 since 9 s
	crash(t, b, 0, 1, false, 18)
	rule, exceeded := b.Crash(0, false, at(19))
	require.True(t, exceeded)
	require.Equal(t, policy.RuleSustained, rule)
}

func TestHalfIsNoMajority(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 4)
	b.Finished(0)
	for lineage := 1; lineage <= 2; lineage++ {
		crash(t, b, lineage, 20, true, 0)
	}
	crash(t, b, 1, 20, true, 3600)
	crash(t, b, 3, 1, true, 3600) // its first: still half
	_, exceeded := b.Crash(3, true, at(3600))
	require.True(t, exceeded, "three of four")
}

func TestNoFreshInputs(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 1)
	b.NoFreshInputs(true)
	require.False(t, b.Excused(), "nothing has finished: perhaps nothing can")
	crash(t, b, 0, 3, false, 0)
	requireDebt(t, 0, 2, b)

	b.Finished(0)
	b.Finished(0)
	require.True(t, b.Excused())
	crash(t, b, 0, 50, false, 3600)
	requireDebt(t, 0, 0, b)
	require.Zero(t, b.Healthy(), "a crash is still a crash")
	crash(t, b, 0, 3, true, 3600) // starts are charged all the same
	requireDebt(t, 2, 0, b)

	b.NoFreshInputs(false)
	require.False(t, b.Excused())
	crash(t, b, 0, 2, false, 3600)
	requireDebt(t, 2, 1, b)
}

func TestLineagesBeyondTheNumber(t *testing.T) {
	t.Parallel()
	for _, report := range []func(*rules.Budget, int){
		(*rules.Budget).Ready, (*rules.Budget).Proven, (*rules.Budget).Finished, (*rules.Budget).Stopped,
		func(b *rules.Budget, l int) { b.Crash(l, true, at(0)) },
	} {
		for _, containers := range []int{-1, 0, 1} {
			b := rules.NewBudget(policy.Ephemeral{}, containers)
			report(b, 5)
			b.Finished(9)
			require.Positive(t, b.Healthy())
		}
	}
}

// TestBudgetInvariants reports at random, and keeps the books a second time in the most naive way.
func TestBudgetInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "containers")
		p := policy.Ephemeral{ColdDebt: rapid.IntRange(1, 4).Draw(t, "cold"), Debt: rapid.IntRange(4, 9).Draw(t, "debt")}
		b, m := rules.NewBudget(p, n), newNaive(p.WithDefaults(), n)
		now := 0.0
		for range rapid.IntRange(1, 200).Draw(t, "reports") {
			now += rapid.Float64Range(0, 20).Draw(t, "later")
			l := rapid.IntRange(0, n-1).Draw(t, "lineage")
			switch op := rapid.IntRange(0, 9).Draw(t, "op"); op {
			case 0:
				b.Ready(l)
				m.credit(0, l)
			case 1:
				b.Proven(l)
				m.healthy[l] = true
			case 2:
				b.Finished(l)
				m.finished = true
				m.healthy[l] = true
				m.credit(0, l)
				m.credit(1, l)
			case 3:
				b.Stopped(l)
				m.healthy[l] = false
			case 4:
				m.noFresh = !m.noFresh
				b.NoFreshInputs(m.noFresh)
			default:
				rule, exceeded := b.Crash(l, op%2 == 0, at(now))
				require.Equal(t, m.crash(op%2, l, at(now)), rule)
				require.Equal(t, rule != 0, exceeded)
			}
			requireBooks(t, m, b)
		}
	})
}

func requireBooks(t *rapid.T, m *naive, b *rules.Budget) {
	start, run := b.Debt()
	require.Equal(t, m.debt, [2]int{start, run})
	for _, debt := range m.debt {
		require.GreaterOrEqual(t, debt, 0)
		require.LessOrEqual(t, debt, m.policy.Debt)
	}
	require.Equal(t, len(m.alive()), b.Healthy())
}

// naive is the detector as the package doc states it, with a loop for every question.
type naive struct {
	policy            policy.Ephemeral
	debt              [2]int
	since             [2]time.Time
	credited          [2]bool
	streak            [2][]int
	healthy           []bool
	finished, noFresh bool
}

func newNaive(p policy.Ephemeral, n int) *naive {
	return &naive{policy: p, streak: [2][]int{make([]int, n), make([]int, n)}, healthy: make([]bool, n)}
}

func (m *naive) alive() (alive []int) {
	for l, ok := range m.healthy {
		if ok {
			alive = append(alive, l)
		}
	}
	return alive
}

func (m *naive) credit(c, l int) {
	m.debt[c] = max(0, m.debt[c]-1)
	m.credited[c], m.streak[c][l] = true, 0
}

func (m *naive) crash(c, l int, now time.Time) policy.Rule {
	m.healthy[l] = false
	if c == 1 && m.finished && m.noFresh {
		return 0
	}
	if m.streak[c][l]++; m.streak[c][l] > 1 {
		if m.debt[c] == 0 {
			m.since[c] = now
		}
		m.debt[c] = min(m.policy.Debt, m.debt[c]+1)
	}
	repeaters := 0
	for _, s := range m.streak[c] {
		if s > 1 {
			repeaters++
		}
	}
	broken := len(m.alive()) == 0
	if broken && !m.credited[c] && m.debt[c] >= m.policy.ColdDebt {
		return policy.RuleCold
	}
	if m.debt[c] == m.policy.Debt && now.Sub(m.since[c]) >= m.policy.Sustain && (broken || 2*repeaters > len(m.healthy)) {
		return policy.RuleSustained
	}
	return 0
}

func BenchmarkBudgetFinished(b *testing.B) {
	budget := rules.NewBudget(policy.Ephemeral{}, 64)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		budget.Finished(i & 63)
	}
}
