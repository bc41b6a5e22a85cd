package policy_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/policy"
)

func TestRetriesBounds(t *testing.T) {
	t.Parallel()
	inf, nan := math.Inf(1), math.NaN()
	for name, c := range map[string]struct {
		retries policy.Retries
		field   string // "" is valid
	}{
		"zero":                    {policy.Retries{}, ""},
		"fixed":                   {policy.FixedRetries(5), ""},
		"no upper bound":          {policy.Retries{MaxRetries: math.MaxInt}, ""},
		"retries below":           {policy.Retries{MaxRetries: -1}, "MaxRetries"},
		"fixed below":             {policy.FixedRetries(-1), "MaxRetries"},
		"coefficient low edge":    {policy.Retries{BackoffCoefficient: 1}, ""},
		"coefficient high edge":   {policy.Retries{BackoffCoefficient: 10}, ""},
		"coefficient below":       {policy.Retries{BackoffCoefficient: math.Nextafter(1, 0)}, "BackoffCoefficient"},
		"coefficient above":       {policy.Retries{BackoffCoefficient: math.Nextafter(10, 11)}, "BackoffCoefficient"},
		"coefficient negative":    {policy.Retries{BackoffCoefficient: -2}, "BackoffCoefficient"},
		"coefficient NaN":         {policy.Retries{BackoffCoefficient: nan}, "BackoffCoefficient"},
		"coefficient +Inf":        {policy.Retries{BackoffCoefficient: inf}, "BackoffCoefficient"},
		"coefficient -Inf":        {policy.Retries{BackoffCoefficient: -inf}, "BackoffCoefficient"},
		"initial low edge":        {policy.Retries{InitialDelay: 1}, ""},
		"initial high edge":       {policy.Retries{InitialDelay: time.Minute}, ""},
		"initial below":           {policy.Retries{InitialDelay: -1}, "InitialDelay"},
		"initial above":           {policy.Retries{InitialDelay: time.Minute + 1}, "InitialDelay"},
		"initial above max delay": {policy.Retries{InitialDelay: time.Minute, MaxDelay: time.Second}, ""},
		"max delay low edge":      {policy.Retries{MaxDelay: time.Second}, ""},
		"max delay high edge":     {policy.Retries{MaxDelay: time.Minute}, ""},
		"max delay below":         {policy.Retries{MaxDelay: time.Second - 1}, "MaxDelay"},
		"max delay above":         {policy.Retries{MaxDelay: time.Minute + 1}, "MaxDelay"},
		"jitter edge":             {policy.Retries{Jitter: 1}, ""},
		"jitter below":            {policy.Retries{Jitter: -0.1}, "Jitter"},
		"jitter above":            {policy.Retries{Jitter: 1.1}, "Jitter"},
		"jitter NaN":              {policy.Retries{Jitter: nan}, "Jitter"},
		"jitter +Inf":             {policy.Retries{Jitter: inf}, "Jitter"},
		"the first of two":        {policy.Retries{MaxRetries: -1, Jitter: 2}, "MaxRetries"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, c.field, c.retries.Validate())
		})
	}
}

// requireInvalid wants an *InvalidError for the field, or no error for the field "".
func requireInvalid(t *testing.T, field string, err error) {
	t.Helper()
	if field == "" {
		require.NoError(t, err)
		return
	}
	var invalid *policy.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, field, invalid.Field)
	require.NotNil(t, invalid.Value)
	require.Regexp(t, `^longshore: invalid `+field+` .+: must `, err.Error())
}

func TestDelayFixed(t *testing.T) {
	t.Parallel()
	for _, retry := range []int{1, 2, 3, 1000, math.MaxInt} {
		require.Equal(t, time.Second, policy.FixedRetries(3).Delay(retry))
	}
}

func TestDelayBelowFirst(t *testing.T) {
	t.Parallel()
	r := policy.Retries{BackoffCoefficient: 3, InitialDelay: 2 * time.Second}
	for _, retry := range []int{0, -1, math.MinInt} {
		require.Equal(t, 2*time.Second, r.Delay(retry))
	}
}

func TestDelayIsExactToTheNanosecond(t *testing.T) {
	t.Parallel()
	r := policy.Retries{BackoffCoefficient: 1.2, InitialDelay: time.Second}
	require.Equal(t, 1440*time.Millisecond, r.Delay(3)) // truncation would lose one
	require.Equal(t, 1728*time.Millisecond, r.Delay(4))
	r = policy.Retries{BackoffCoefficient: 10, InitialDelay: 7}
	require.Equal(t, 70*time.Nanosecond, r.Delay(2))
}

func TestDelayNeverOverflows(t *testing.T) {
	t.Parallel()
	r := policy.Retries{BackoffCoefficient: 10, InitialDelay: time.Minute}
	require.Equal(t, time.Minute, r.Delay(math.MaxInt))
	r = policy.Retries{InitialDelay: time.Minute, MaxDelay: time.Second}
	require.Equal(t, time.Second, r.Delay(1))
}

func TestDelayJitter(t *testing.T) {
	t.Parallel()
	for _, jitter := range []float64{0.25, 1} {
		r := policy.Retries{InitialDelay: 8 * time.Second, Jitter: jitter}
		low, high := time.Minute, time.Duration(0)
		for range 2000 {
			d := r.Delay(1)
			low, high = min(low, d), max(high, d)
		}
		least := time.Duration((1 - jitter) * float64(8*time.Second))
		require.GreaterOrEqual(t, low, least)
		require.LessOrEqual(t, high, 8*time.Second)
		spread := 8*time.Second - least
		require.Less(t, low, least+spread/10, "draws the low end")
		require.Greater(t, high, 8*time.Second-spread/10, "draws the high end")
	}
}

// valid draws any valid Retries without jitter.
func valid(t *rapid.T) policy.Retries {
	return policy.Retries{
		MaxRetries:         rapid.IntRange(0, 100).Draw(t, "retries"),
		BackoffCoefficient: rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1, 10)).Draw(t, "coefficient"),
		InitialDelay:       time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "initial")),
		MaxDelay:           time.Duration(rapid.Int64Range(int64(time.Second), int64(time.Minute)).Draw(t, "max")),
	}
}

func TestDelayIsMonotoneAndCapped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := valid(t)
		require.NoError(t, r.Validate())
		last := r.Delay(1)
		require.Equal(t, min(r.WithDefaults().InitialDelay, r.MaxDelay), last)
		for retry := 2; retry < 40; retry++ {
			d := r.Delay(retry)
			require.GreaterOrEqual(t, d, last)
			require.LessOrEqual(t, d, r.MaxDelay)
			last = d
		}
	})
}

func TestDelayGrowsByTheCoefficient(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := valid(t)
		exact := float64(r.WithDefaults().InitialDelay)
		for retry := 1; exact < float64(r.MaxDelay); retry++ {
			require.InDelta(t, exact, float64(r.Delay(retry)), 1)
			if exact *= r.WithDefaults().BackoffCoefficient; retry > 100 {
				break // a coefficient of 1 never gets there
			}
		}
	})
}

func TestInvalidErrorIsNoTypedNil(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		policy.Retries{}.Validate(), policy.Ephemeral{}.Validate(), policy.Deployed{}.Validate(),
	} {
		require.True(t, err == nil) //nolint:testifylint // the comparison a caller writes
	}
	_, is := errors.AsType[*policy.InvalidError](policy.FixedRetries(-1).Validate())
	require.True(t, is)
}
