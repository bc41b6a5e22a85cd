package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/rules"
)

// FuzzLedger reads two bytes a step: what happens, and to which of 16 inputs. Inputs 12 to 15 are never executed.
func FuzzLedger(f *testing.F) {
	f.Add(uint8(3), uint8(1), []byte{0, 1, 0, 1, 0, 1})
	f.Add(uint8(3), uint8(10), []byte{1, 1, 1, 1, 2, 1, 18, 1, 34, 1})
	f.Add(uint8(1), uint8(2), []byte{1, 3, 3, 3, 2, 3})
	f.Fuzz(func(t *testing.T, limit, machines uint8, steps []byte) {
		l := rules.NewLedger(int(limit))
		l.Machines(int(machines))
		crashes := map[int]int{} // since the last success
		for ; len(steps) >= 2; steps = steps[2:] {
			input, neighbour := int(steps[1]%12), int(steps[1]/12%12)
			switch machine := int(steps[0] / 4); steps[0] % 4 {
			case 0:
				crashes[input]++
				require.Equal(t, l.Strike(input), l.Status(input))
			case 1:
				if neighbour == input {
					continue
				}
				crashes[input]++
				crashes[neighbour]++
				l.Crash([]int{input, neighbour}, machine, false)
			case 2:
				crashes[input]++
				l.Crash([]int{input}, machine, true)
			case 3:
				delete(crashes, input)
				l.Cleared(input)
			}
			requireJust(t, l, crashes, int(limit))
		}
	})
}

func requireJust(t *testing.T, l *rules.Ledger, crashes map[int]int, limit int) {
	t.Helper()
	if limit == 0 {
		limit = 3
	}
	require.Equal(t, len(crashes), l.Len())
	for input := range 16 {
		n := crashes[input]
		require.Equal(t, n, l.Strikes(input))
		require.Equal(t, n == 0, l.Status(input) == clean)
		if l.Status(input) == failed {
			require.GreaterOrEqual(t, n, limit, "failed before the limit")
		}
		if n >= 2 {
			require.GreaterOrEqual(t, l.Status(input), suspect)
		}
	}
}
