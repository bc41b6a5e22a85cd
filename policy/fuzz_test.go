package policy_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
)

// addRetries seeds a fuzz target with the values at which arithmetic tends to go wrong.
func addRetries(f *testing.F) {
	f.Add(3, 2.0, int64(time.Second), int64(time.Minute), 0.0, 1)
	f.Add(-1, math.NaN(), int64(math.MinInt64), int64(math.MaxInt64), math.NaN(), math.MaxInt)
	f.Add(math.MaxInt, math.Inf(1), int64(math.MaxInt64), int64(0), 1.0, math.MinInt)
	f.Add(0, math.Inf(-1), int64(-1), int64(-1), -0.5, 0)
	f.Add(0, math.Nextafter(1, 2), int64(1), int64(1), 2.0, 1<<53)
}

func FuzzRetriesDelay(f *testing.F) {
	addRetries(f)
	f.Fuzz(func(t *testing.T, n int, coefficient float64, initial, limit int64, jitter float64, retry int) {
		r := policy.Retries{
			MaxRetries: n, BackoffCoefficient: coefficient,
			InitialDelay: time.Duration(initial), MaxDelay: time.Duration(limit), Jitter: jitter,
		}
		longest := time.Minute
		if r.Validate() == nil {
			longest = r.WithDefaults().MaxDelay
		}
		d := r.Delay(retry)
		require.GreaterOrEqual(t, d, time.Duration(0))
		require.LessOrEqual(t, d, longest)
		if r.Jitter = 0; retry < math.MaxInt {
			require.LessOrEqual(t, r.Delay(retry), r.Delay(retry+1))
			require.LessOrEqual(t, d, r.Delay(retry), "jitter only shortens")
		}
	})
}

func FuzzRetriesValidate(f *testing.F) {
	addRetries(f)
	f.Fuzz(func(t *testing.T, n int, coefficient float64, initial, limit int64, jitter float64, _ int) {
		r := policy.Retries{
			MaxRetries: n, BackoffCoefficient: coefficient,
			InitialDelay: time.Duration(initial), MaxDelay: time.Duration(limit), Jitter: jitter,
		}
		in := func(x, low, high float64) bool { return low <= x && x <= high } // false for NaN
		valid := n >= 0 && jitter >= 0 && jitter <= 1 &&
			(coefficient == 0 || in(coefficient, 1, 10)) &&
			in(float64(initial), 0, 60e9) &&
			(limit == 0 || in(float64(limit), 1e9, 60e9))

		err := r.Validate()
		require.Equal(t, valid, err == nil, "%v", err)
		if err != nil {
			invalid, ok := errors.AsType[*policy.InvalidError](err)
			require.True(t, ok)
			requireInvalid(t, invalid.Field, err)
			return
		}
		require.NoError(t, r.WithDefaults().Validate())
	})
}

// FuzzLedger reads two bytes a step: what happens, and to which of 16 inputs. Inputs 12 to 15 are never executed.
func FuzzLedger(f *testing.F) {
	f.Add(uint8(3), uint8(1), []byte{0, 1, 0, 1, 0, 1})
	f.Add(uint8(3), uint8(10), []byte{1, 1, 1, 1, 2, 1, 18, 1, 34, 1})
	f.Add(uint8(1), uint8(2), []byte{1, 3, 3, 3, 2, 3})
	f.Fuzz(func(t *testing.T, limit, machines uint8, steps []byte) {
		l := policy.NewLedger(int(limit))
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

func requireJust(t *testing.T, l *policy.Ledger, crashes map[int]int, limit int) {
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
