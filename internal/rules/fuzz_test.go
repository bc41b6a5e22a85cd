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
	f.Add(uint8(3), uint8(1), []byte{3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1})
	f.Fuzz(func(t *testing.T, limit, machines uint8, steps []byte) {
		l := rules.NewLedger(int(limit), false)
		l.Machines(int(machines))
		strikes, crashes := map[int]int{}, map[int]int{} // since the last success
		for ; len(steps) >= 2; steps = steps[2:] {
			input, neighbour := int(steps[1]%12), int(steps[1]/12%12)
			trial := rules.Trial{Machine: int(steps[0] / 5)}
			in := []int{input}
			switch steps[0] % 5 {
			case 0, 1:
				trial.Certain = true
			case 2:
				if neighbour != input {
					in = append(in, neighbour)
				}
			case 3:
				trial.Doubt, trial.InReach = true, true
			case 4:
				delete(crashes, input)
				delete(strikes, input)
				l.Cleared(input)
				in = nil
			}
			for _, input := range in {
				crashes[input]++
				v := l.Crash(input, trial)
				if v.Charged {
					strikes[input]++
				}
				require.Equal(t, v.Charged, !trial.Doubt)
				require.Equal(t, v.Status, l.Status(input))
			}
			requireJust(t, l, crashes, strikes, int(limit))
		}
	})
}

func requireJust(t *testing.T, l *rules.Ledger, crashes, strikes map[int]int, limit int) {
	t.Helper()
	if limit == 0 {
		limit = 3
	}
	require.Equal(t, len(crashes), l.Len())
	for input := range 16 {
		n := crashes[input]
		require.Equal(t, n, l.Crashes(input))
		require.Equal(t, strikes[input], l.Strikes(input))
		require.Equal(t, n == 0, l.Status(input) == clean)
		switch failed := l.Status(input) == failed; {
		case n >= max(8, limit):
			require.True(t, failed, "tried for ever")
		case failed:
			require.GreaterOrEqual(t, strikes[input], limit, "failed before the limit")
		}
		if strikes[input] >= 2 {
			require.GreaterOrEqual(t, l.Status(input), suspect)
		}
	}
}
