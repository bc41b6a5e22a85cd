package rules_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/rules"
)

const (
	clean   = rules.StatusClean
	struck  = rules.StatusStruck
	suspect = rules.StatusSuspect
	failed  = rules.StatusFailed
)

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
		l := rules.NewLedger(limit)
		for i, status := range want {
			require.Equal(t, status, l.Strike(7), "limit %d, strike %d", limit, i+1)
			require.Equal(t, status, l.Status(7))
			require.Equal(t, i+1, l.Strikes(7))
		}
		require.Equal(t, clean, l.Status(8))
		require.Equal(t, 1, l.Len())
	}
}

func TestSharedCrashesDoNotConvict(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 2, 3, 5} {
		l := rules.NewLedger(limit)
		for range 50 {
			l.Crash([]int{1, 2}, 0, false)
			l.Crash([]int{1, 2}, 0, true) // nobody can be alone in company
			l.Crash([]int{3}, 0, false)   // the last one left is not alone either
		}
		for input := 1; input <= 3; input++ {
			require.Equal(t, suspect, l.Status(input))
		}
		l.Crash(nil, 0, false)
		require.Equal(t, 3, l.Len())
	}
}

func TestSuccessClears(t *testing.T) {
	t.Parallel()
	l := rules.NewLedger(3)
	l.Strike(1)
	l.Strike(1)
	l.Cleared(1)
	l.Cleared(99)
	require.Equal(t, clean, l.Status(1))
	require.Zero(t, l.Strikes(1))
	require.Zero(t, l.Len())
	require.Equal(t, struck, l.Strike(1))
}

func TestTwoMachinesWhereThereAreSeveral(t *testing.T) {
	t.Parallel()
	alone := func(l *rules.Ledger, machines ...int) rules.Status {
		for _, machine := range machines {
			l.Crash([]int{1}, machine, true)
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
		"but not for ever":      {3, 10, []int{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4}, failed},
		"one short of for ever": {3, 10, []int{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4}, suspect},
	} {
		l := rules.NewLedger(c.limit)
		l.Machines(c.machines)
		require.Equal(t, c.want, alone(l, c.on...), name)
	}

	l := rules.NewLedger(3)
	require.Equal(t, failed, alone(l, 4, 4, 4))
	l.Machines(10)
	require.Equal(t, failed, l.Status(1), "a verdict stands")
}

func TestStrikeAllocatesOnlyOnTheFirst(t *testing.T) {
	l := rules.NewLedger(math.MaxInt)
	l.Strike(1)
	require.Zero(t, testing.AllocsPerRun(100, func() { l.Strike(1) }))
	require.Zero(t, testing.AllocsPerRun(100, func() { l.Status(2); l.Cleared(2) }))
}

func BenchmarkLedgerStrike(b *testing.B) {
	ledger := rules.NewLedger(0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		ledger.Strike(i % 1000)
	}
}

// BenchmarkLedgerLife is a whole life of a struck input: charged, looked at, cleared.
func BenchmarkLedgerLife(b *testing.B) {
	ledger := rules.NewLedger(0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		ledger.Strike(i)
		ledger.Status(i)
		ledger.Cleared(i)
	}
}
