package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// model is the streak as the simulations had it, in milliseconds, with a rule for each question written out.
type model struct {
	cold, few          int
	probation, sustain int
	run, seen, pauses  int
	since, mark        int
	finished           bool
}

func (m *model) done() {
	*m = model{cold: m.cold, few: m.few, probation: m.probation, sustain: m.sustain, finished: true}
}

func (m *model) crash(t, begun int, inReach bool, healthy, wanted int) (pause bool, rule policy.Rule) {
	m.seen++
	if m.run == 0 {
		m.run, m.since, m.mark = 1, t, t
	} else if begun >= m.mark {
		m.run++
		pause = m.run%32 == 0 && inReach
	}
	age := t - m.since
	if !m.finished && healthy == 0 && (m.run >= m.cold || m.run >= m.few && age >= m.probation) {
		rule = policy.RuleCold
	} else if m.run >= 32 && age >= m.sustain && healthy*2 <= wanted {
		rule = policy.RuleSustained
	}
	return pause, rule
}

// millis is d in milliseconds, and after the time of so many of them.
func millis(d time.Duration) int { return int(d.Milliseconds()) }
func after(m int) time.Time      { return epoch.Add(time.Duration(m) * ms) }

// TestStreakIsTheModel drives the value and the model of the simulations alike.
func TestStreakIsTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := policy.Ephemeral{
			ColdInputs: rapid.SampledFrom([]int{0, 1, 40, 200}).Draw(t, "cold"),
			Sustain:    rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, "sustain"),
		}
		filled := p.WithDefaults()
		m := &model{cold: filled.ColdInputs, few: filled.Debt, probation: millis(filled.Probation), sustain: millis(filled.Sustain)}
		s := rules.NewStreak(p)
		now := 0
		for range rapid.IntRange(1, 300).Draw(t, "events") {
			now += rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 3000)).Draw(t, "later")
			switch rapid.IntRange(0, 60).Draw(t, "op") {
			case 0:
				s.Finished()
				m.done()
			case 1:
				to := now + rapid.IntRange(0, 8000).Draw(t, "pause")
				s.Pause(after(to))
				m.pauses++
				m.mark = to
			default:
				begun := now - rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 5000)).Draw(t, "took")
				inReach, healthy := rapid.Bool().Draw(t, "in reach"), rapid.IntRange(0, 3).Draw(t, "healthy")
				pause, rule := m.crash(now, begun, inReach, healthy, 4)
				require.Equal(t, pause, s.Crash(rules.Crash{Fresh: true, Begun: after(begun), Now: after(now), InReach: inReach, Wanted: 4}))
				require.Equal(t, rule, s.Exceeds(after(now), healthy, 4))
				require.Equal(t, m.run >= min(32, m.cold) || m.run >= m.few && now-m.since >= m.probation, s.Loops(after(now)))
			}
			require.Equal(t, []int{m.run, m.seen, m.pauses}, []int{s.Run(), s.Inputs(), s.Pauses()})
			require.Equal(t, m.run >= 32, s.Doubt())
			if m.run > 0 {
				require.Equal(t, after(m.since), s.Since())
			}
		}
	})
}

// TestHalfIsAMajorityThatDoesNotWork: sustained asks for more than half of the containers to be healthy.
func TestHalfIsAMajorityThatDoesNotWork(t *testing.T) {
	t.Parallel()
	s := rules.NewStreak(policy.Ephemeral{})
	s.Finished()
	for range 32 {
		s.Crash(fresh(0))
	}
	require.Zero(t, s.Exceeds(at(59.9), 0, 4))
	require.Equal(t, policy.RuleSustained, s.Exceeds(at(60), 2, 4))
	require.Zero(t, s.Exceeds(at(60), 3, 4))
}

func TestStreakForgives(t *testing.T) {
	t.Parallel()
	for _, worked := range []bool{false, true} {
		s := rules.NewStreak(policy.Ephemeral{ColdInputs: 2})
		if worked {
			s.Finished()
		}
		s.Crash(fresh(0))
		s.Pause(at(9))
		s.Forgive()
		require.Zero(t, s.Run()+s.Inputs()+s.Pauses())
		s.Crash(fresh(1))
		s.Crash(fresh(1))
		require.Equal(t, !worked, s.Exceeds(at(1), 0, 1) == policy.RuleCold, "what ever worked stays known")
	}
}

func TestNoPauseWithoutAnotherInput(t *testing.T) {
	t.Parallel()
	s := rules.NewStreak(policy.Ephemeral{})
	for i := range 64 {
		c := fresh(0)
		c.InReach = i != 31
		require.Equal(t, i == 63, s.Crash(c), "crash %d", i+1)
	}
}

func BenchmarkStreakCrash(b *testing.B) {
	s, c := rules.NewStreak(policy.Ephemeral{}), fresh(0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Crash(c)
		if i%8 == 0 {
			s.Finished()
		}
	}
}
