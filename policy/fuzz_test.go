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
