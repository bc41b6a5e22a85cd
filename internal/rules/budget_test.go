package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// startCrashes reports n start-up crashes of a lineage that must not exceed the limit.
func startCrashes(t *testing.T, b *rules.Budget, lineage, n int, s float64) {
	t.Helper()
	for range n {
		require.Zero(t, b.Crash(rules.Crash{Lineage: lineage, Starting: true, Now: at(s)}))
	}
}

// fresh is a crash of a fresh input of lineage 0 that was begun when it crashed.
func fresh(s float64) rules.Crash {
	return rules.Crash{Fresh: true, Begun: at(s), Now: at(s), InReach: true, Wanted: 1}
}

func requireDebt(t *testing.T, debt, run int, of interface {
	Debt() int
	Streak() *rules.Streak
},
) {
	t.Helper()
	require.Equal(t, [2]int{debt, run}, [2]int{of.Debt(), of.Streak().Run()})
}

func TestKindsOfCrashAreApart(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 1, nil)
	startCrashes(t, b, 0, 3, 0)
	require.Zero(t, b.Crash(fresh(0)))
	require.Zero(t, b.Crash(fresh(0)))
	requireDebt(t, 2, 2, b)
	b.Ready(0, at(0))
	requireDebt(t, 1, 2, b)
	b.Finished(0, 1, at(0))
	requireDebt(t, 0, 0, b)
	startCrashes(t, b, 0, 1, 0) // free again
	requireDebt(t, 0, 0, b)
}

// TestReadyAndDeadIsAStartThatFails: a container that gets ready and dies with nothing to do has not paid for anything.
func TestReadyAndDeadIsAStartThatFails(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 1, nil)
	for range 4 {
		b.Ready(0, at(0))
		startCrashes(t, b, 0, 1, 0)
	}
	b.Ready(0, at(0))
	b.Proven(0, at(10)) // nor has one that lives for a while
	require.Equal(t, policy.RuleCold, b.Crash(rules.Crash{Starting: true, Now: at(10)}))

	for name, shows := range map[string]func(*rules.Budget){
		"an input":    func(b *rules.Budget) { b.Finished(0, 1, at(0)) },
		"a crash":     func(b *rules.Budget) { b.Crash(fresh(0)) },
		"an end":      func(b *rules.Budget) { b.Stopped(0, at(0)) },
		"a neighbour": func(b *rules.Budget) { b.Finished(1, 1, at(0)) },
	} {
		b := rules.NewBudget(policy.Ephemeral{ColdDebt: 1}, 2, nil)
		b.Ready(0, at(0))
		shows(b)
		startCrashes(t, b, 0, 9, 0)
		require.Equal(t, 8, b.Debt(), name)
	}
}

func TestColdNeedsNothingHealthy(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 3, nil)
	b.Proven(2, at(0))
	startCrashes(t, b, 0, 6, 0)
	b.Stopped(2, at(0)) // scaled down: no crash, but nothing healthy any more
	require.Zero(t, b.Healthy())
	require.Equal(t, policy.RuleCold, b.Crash(rules.Crash{Starting: true, Now: at(0)}))
}

func TestSustainedIsOffWhenDebtWasPaid(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{ColdDebt: 2, Debt: 2, Sustain: 10 * time.Second}, 1, nil)
	b.Finished(0, 1, at(0))
	startCrashes(t, b, 0, 2, 0) // debt 1 since 0 s
	b.Finished(0, 1, at(0))     // 0: the clock starts again
	startCrashes(t, b, 0, 3, 9) // debt 2 since 9 s
	startCrashes(t, b, 0, 1, 18)
	require.Equal(t, policy.RuleSustained, b.Crash(rules.Crash{Starting: true, Now: at(19)}))
}

func TestHalfIsNoMajority(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 4, nil)
	b.Finished(0, 1, at(0))
	for lineage := 1; lineage <= 2; lineage++ {
		startCrashes(t, b, lineage, 20, 0)
	}
	startCrashes(t, b, 1, 20, 3600)
	startCrashes(t, b, 3, 1, 3600) // its first: still half
	require.Equal(t, policy.RuleSustained, b.Crash(rules.Crash{Lineage: 3, Starting: true, Now: at(3600)}), "three of four")
}

func TestStruckInputsSayNothing(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 1, nil)
	for s := range 1000 {
		require.Zero(t, b.Crash(rules.Crash{Begun: at(float64(s)), Now: at(float64(s)), InReach: true, Wanted: 1}))
	}
	requireDebt(t, 0, 0, b)
	require.Zero(t, b.Streak().Inputs())
}

func TestLineagesBeyondTheNumber(t *testing.T) {
	t.Parallel()
	for _, report := range []func(*rules.Budget, int){
		func(b *rules.Budget, l int) { b.Ready(l, at(0)) },
		func(b *rules.Budget, l int) { b.Proven(l, at(0)) },
		func(b *rules.Budget, l int) { b.Finished(l, 1, at(0)) },
		func(b *rules.Budget, l int) { b.Stopped(l, at(0)) },
		func(b *rules.Budget, l int) { b.Started(l, at(0)) },
		func(b *rules.Budget, l int) { b.Crash(rules.Crash{Lineage: l, Starting: true, Now: at(0)}) },
		func(b *rules.Budget, l int) { b.Crash(rules.Crash{Lineage: l, InReach: true, Now: at(0)}) },
	} {
		for _, containers := range []int{-1, 0, 1} {
			b := rules.NewBudget(policy.Ephemeral{}, containers, nil)
			report(b, 5)
			b.Finished(9, 1, at(0))
			require.Positive(t, b.Healthy())
		}
	}
}

func TestBudgetLimits(t *testing.T) {
	t.Parallel()
	b := rules.NewBudget(policy.Ephemeral{}, 1, nil)
	debt, run := b.Limits()
	require.Equal(t, [2]int{4, 96}, [2]int{debt, run})
	b.Finished(0, 1, at(0))
	debt, run = b.Limits()
	require.Equal(t, [2]int{8, 32}, [2]int{debt, run})
}

// TestBudgetInvariants reports at random, and keeps the books a second time in the most naive way.
func TestBudgetInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "containers")
		p := policy.Ephemeral{ColdDebt: rapid.IntRange(1, 4).Draw(t, "cold"), Debt: rapid.IntRange(4, 9).Draw(t, "debt")}
		b, m := rules.NewBudget(p, n, nil), newNaive(p.WithDefaults(), n)
		now := 0.0
		for range rapid.IntRange(1, 200).Draw(t, "reports") {
			now += rapid.Float64Range(0, 20).Draw(t, "later")
			l := rapid.IntRange(0, n-1).Draw(t, "lineage")
			switch op := rapid.IntRange(0, 9).Draw(t, "op"); op {
			case 0:
				b.Ready(l, at(now))
				m.ready(l)
			case 1:
				b.Proven(l, at(now))
				m.healthy[l] = true
			case 2:
				n := rapid.IntRange(1, 9).Draw(t, "inputs")
				b.Finished(l, n, at(now))
				m.show(l, true)
				for range n {
					m.credit(l)
				}
			case 3:
				b.Stopped(l, at(now))
				m.show(l, false)
			default:
				require.Equal(t, m.crash(l, at(now)), b.Crash(rules.Crash{Lineage: l, Starting: true, Now: at(now)}))
			}
			requireBooks(t, m, b)
		}
	})
}

func requireBooks(t *rapid.T, m *naive, b *rules.Budget) {
	require.Equal(t, m.debt, b.Debt())
	require.GreaterOrEqual(t, m.debt, 0)
	require.LessOrEqual(t, m.debt, m.policy.Debt)
	require.Equal(t, len(m.alive()), b.Healthy())
}

// naive is the debt of start-up crashes as the package doc states it, with a loop for every question.
type naive struct {
	policy  policy.Ephemeral
	debt    int
	since   time.Time
	credits int
	streak  []int
	healthy []bool
	lent    map[int][2]int // the streak before, and what was paid
}

func newNaive(p policy.Ephemeral, n int) *naive {
	return &naive{policy: p, streak: make([]int, n), healthy: make([]bool, n), lent: map[int][2]int{}}
}

func (m *naive) ready(l int) {
	m.lent[l] = [2]int{m.streak[l], min(m.debt, 1)}
	m.credit(l)
}

func (m *naive) show(l int, healthy bool) {
	m.healthy[l] = healthy
	delete(m.lent, l)
}

func (m *naive) alive() (alive []int) {
	for l, ok := range m.healthy {
		if ok {
			alive = append(alive, l)
		}
	}
	return alive
}

func (m *naive) credit(l int) {
	m.debt = max(0, m.debt-1)
	m.credits++
	m.streak[l] = 0
}

func (m *naive) crash(l int, now time.Time) policy.Rule {
	if lent, ok := m.lent[l]; ok {
		m.credits--
		m.streak[l] = lent[0]
		m.debt = min(m.policy.Debt, m.debt+lent[1])
	}
	m.show(l, false)
	if m.streak[l]++; m.streak[l] > 1 {
		if m.debt == 0 {
			m.since = now
		}
		m.debt = min(m.policy.Debt, m.debt+1)
	}
	repeaters := 0
	for _, s := range m.streak {
		if s > 1 {
			repeaters++
		}
	}
	broken := len(m.alive()) == 0
	if broken && m.credits == 0 && m.debt >= m.policy.ColdDebt {
		return policy.RuleCold
	}
	if m.debt == m.policy.Debt && now.Sub(m.since) >= m.policy.Sustain && (broken || 2*repeaters > len(m.healthy)) {
		return policy.RuleSustained
	}
	return 0
}

func BenchmarkBudgetFinished(b *testing.B) {
	budget, now := rules.NewBudget(policy.Ephemeral{}, 64, nil), at(0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		budget.Finished(i&63, 1, now)
	}
}
