package rules_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/rules"
)

const (
	clean   = rules.StatusClean
	struck  = rules.StatusStruck
	suspect = rules.StatusSuspect
	failed  = rules.StatusFailed
)

// named is a crash for which the input is named.
var named = rules.Trial{Certain: true, Control: true, InReach: true}

func TestStatusNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "clean", clean.String())
	require.Equal(t, "struck", struck.String())
	require.Equal(t, "suspect", suspect.String())
	require.Equal(t, "failed", failed.String())
}

func TestNamedInput(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int][]rules.Status{
		-1: {struck, suspect, failed, failed},
		0:  {struck, suspect, failed, failed},
		1:  {failed, failed},
		2:  {struck, failed},
		5:  {struck, suspect, suspect, suspect, failed},
	} {
		l := rules.NewLedger(limit, false)
		for i, status := range want {
			require.Equal(t, rules.Verdict{Status: status, Charged: true}, l.Crash(7, named), "limit %d, crash %d", limit, i+1)
			require.Equal(t, status, l.Status(7))
			require.Equal(t, i+1, l.Strikes(7))
			require.Equal(t, i+1, l.Crashes(7))
		}
		require.Equal(t, clean, l.Status(8))
		require.Equal(t, 1, l.Len())
	}
}

// TestSharedCrashesDoNotConvict: they strike, and only the last bound ends what nobody can be sure of.
func TestSharedCrashesDoNotConvict(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 2, 3, 5} {
		l := rules.NewLedger(limit, false)
		for i := range 8 {
			want := suspect
			switch {
			case i == 7:
				want = failed
			case i == 0 && limit > 1:
				want = struck
			}
			require.Equal(t, want, l.Crash(1, rules.Trial{}).Status, "limit %d, crash %d", limit, i+1)
		}
	}
}

func TestSuccessClears(t *testing.T) {
	t.Parallel()
	l := rules.NewLedger(3, false)
	l.Crash(1, named)
	l.Crash(1, named)
	l.Cleared(1)
	l.Cleared(99)
	require.Equal(t, clean, l.Status(1))
	require.Zero(t, l.Strikes(1)+l.Crashes(1))
	require.Zero(t, l.Len())
	require.Equal(t, struck, l.Crash(1, named).Status)
}

func TestTwoMachinesWhereThereAreSeveral(t *testing.T) {
	t.Parallel()
	alone := func(l *rules.Ledger, machines ...int) rules.Status {
		for _, machine := range machines {
			l.Crash(1, rules.Trial{Machine: machine, Certain: true})
		}
		return l.Status(1)
	}
	for name, c := range map[string]struct {
		limit, machines int
		on              []int
		want            rules.Status
	}{
		"one machine":           {3, 1, []int{4, 4, 4}, failed},
		"not told":              {3, 0, []int{4, 4, 4}, failed},
		"one of many":           {3, 10, []int{4, 4, 4, 4, 4}, suspect},
		"then another":          {3, 10, []int{4, 4, 4, 4, 5}, failed},
		"another first":         {3, 10, []int{5, 4, 4}, failed},
		"one proof is enough":   {2, 10, []int{4, 4}, failed},
		"but not for ever":      {3, 10, []int{4, 4, 4, 4, 4, 4, 4, 4}, failed},
		"one short of for ever": {3, 10, []int{4, 4, 4, 4, 4, 4, 4}, suspect},
	} {
		l := rules.NewLedger(c.limit, false)
		l.Machines(c.machines)
		require.Equal(t, c.want, alone(l, c.on...), name)
	}

	l := rules.NewLedger(3, false)
	require.Equal(t, failed, alone(l, 4, 4, 4))
	l.Machines(10)
	require.Equal(t, failed, l.Status(1), "a verdict stands")
}

// TestNoStrike is rule by rule what speaks against the function and not against the input.
func TestNoStrike(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		deployed bool
		trial    rules.Trial // of the first crash and of the second
		charged  [2]bool
	}{
		"of its own":               {false, rules.Trial{}, [2]bool{true, true}},
		"in doubt":                 {false, rules.Trial{Doubt: true, InReach: true}, [2]bool{false, false}},
		"in doubt, nothing fresh":  {false, rules.Trial{Doubt: true}, [2]bool{true, true}},
		"something fresh":          {false, rules.Trial{InReach: true}, [2]bool{true, true}},
		"in a crash loop":          {true, rules.Trial{Looping: true, Sole: true, Control: true}, [2]bool{false, false}},
		"deployed, one of several": {true, rules.Trial{}, [2]bool{true, false}},
		"deployed, the only one":   {true, rules.Trial{Sole: true}, [2]bool{true, true}},
		"deployed, with control":   {true, rules.Trial{Control: true}, [2]bool{true, true}},
	} {
		l := rules.NewLedger(3, c.deployed)
		c.trial.Certain = true
		first, second := l.Crash(1, c.trial), l.Crash(1, c.trial)
		require.Equal(t, c.charged, [2]bool{first.Charged, second.Charged}, name)
		require.Equal(t, struck, first.Status, name)
		require.Equal(t, 2, l.Crashes(1), name)
	}
}

// TestEveryInputEnds: after 8 crashes, or the limit if it is more, whoever was charged.
func TestEveryInputEnds(t *testing.T) {
	t.Parallel()
	for limit, ends := range map[int]int{1: 8, 3: 8, 8: 8, 12: 12} {
		for _, trial := range []rules.Trial{{Doubt: true, InReach: true}, {Looping: true, Certain: true}} {
			l := rules.NewLedger(limit, true)
			for i := 1; i <= ends; i++ {
				require.Equal(t, i == ends, l.Crash(1, trial).Status == failed, "limit %d, crash %d", limit, i)
			}
			require.Zero(t, l.Strikes(1))
		}
	}
}

// TestRerunsAreFurtherAndFurtherApart: 1 s · 2ⁿ up to 30 s on a deployed function, and no wait elsewhere.
func TestRerunsAreFurtherAndFurtherApart(t *testing.T) {
	t.Parallel()
	deployed, alone := rules.NewLedger(50, true), rules.NewLedger(50, false)
	for _, s := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		require.Equal(t, s*time.Second, deployed.Crash(1, rules.Trial{}).Wait)
		require.Zero(t, alone.Crash(1, rules.Trial{}).Wait)
	}
	require.Equal(t, time.Second, deployed.Crash(2, rules.Trial{}).Wait)
	require.Zero(t, rules.NewLedger(1, true).Crash(1, rules.Trial{Certain: true}).Wait, "it has failed")
}

// TestLonePoisonFailsInThreeSeconds: crashes at 0, 1 and 3 s, and nothing else ever crashes or finishes.
func TestLonePoisonFailsInThreeSeconds(t *testing.T) {
	t.Parallel()
	l, sole, now := rules.NewLedger(0, true), rules.Sole{}, time.Duration(0)
	for {
		v := l.Crash(5, rules.Trial{Certain: true, Sole: sole.Crash(rules.Key{Input: 5}, 0)})
		if v.Status == failed {
			break
		}
		now += v.Wait
	}
	require.Equal(t, 3*time.Second, now)
}

func TestSole(t *testing.T) {
	t.Parallel()
	var s rules.Sole
	a, b := rules.Key{Run: 1, Input: 1}, rules.Key{Run: 2, Input: 1}
	require.True(t, s.Crash(a, 0))
	require.True(t, s.Crash(a, 0))
	require.False(t, s.Crash(b, 0), "of another run")
	require.False(t, s.Crash(a, 0), "and so nobody is")
	require.True(t, s.Crash(b, 1), "some input has finished")
	require.True(t, s.Crash(b, 1))
	require.False(t, s.Crash(a, 1))
}

func TestCrashAllocatesOnlyOnTheFirst(t *testing.T) {
	l := rules.NewLedger(math.MaxInt, true)
	l.Crash(1, named)
	require.Zero(t, testing.AllocsPerRun(100, func() { l.Crash(1, named) }))
	require.Zero(t, testing.AllocsPerRun(100, func() { l.Status(2); l.Cleared(2) }))
}

func BenchmarkLedgerCrash(b *testing.B) {
	ledger := rules.NewLedger(0, false)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		ledger.Crash(i%1000, named)
	}
}

// BenchmarkLedgerLife is a whole life of a struck input: charged, looked at, cleared.
func BenchmarkLedgerLife(b *testing.B) {
	ledger := rules.NewLedger(0, false)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		ledger.Crash(i, named)
		ledger.Status(i)
		ledger.Cleared(i)
	}
}

// TestRestored: an input has its last crash in another ledger than its first, and none of them convicts it by itself.
func TestRestored(t *testing.T) {
	t.Parallel()
	before := rules.NewLedger(3, false)
	before.Crash(7, named)
	before.Crash(7, named)
	l := rules.NewLedger(3, false)
	require.Equal(t, suspect, l.Restore(1, before.Record(7)))
	require.Equal(t, rules.Record{Crashes: 2, Strikes: 2, Certain: 2}, l.Record(1))
	require.Equal(t, rules.Verdict{Status: failed, Charged: true}, l.Crash(1, named))
	require.Zero(t, l.Record(2))
}
