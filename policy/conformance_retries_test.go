package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/policy"
)

// modalRetries is a retry policy in the words of modal_cases.json. Pointers, because there a zero that is written
// down is a value, and with us it is the default.
type modalRetries struct {
	MaxRetries  int      `json:"max_retries"`
	Coefficient *float64 `json:"backoff_coefficient"`
	InitialMS   *float64 `json:"initial_delay_ms"`
	MaxMS       *float64 `json:"max_delay_ms"`
}

func (m modalRetries) ours() policy.Retries {
	return policy.Retries{
		MaxRetries:         m.MaxRetries,
		BackoffCoefficient: value(m.Coefficient),
		InitialDelay:       seconds(value(m.InitialMS) / 1000),
		MaxDelay:           seconds(value(m.MaxMS) / 1000),
	}
}

// zero reports whether the case writes down a 0 that the design reads as the default.
func (m modalRetries) zero() bool {
	for _, p := range []*float64{m.Coefficient, m.InitialMS, m.MaxMS} {
		if p != nil && *p == 0 {
			return true
		}
	}
	return false
}

func value(p *float64) float64 {
	if p == nil {
		return 0
	}
	return *p
}

func runRetryPolicy(t *testing.T, c conformance.Case) {
	setup := decode[struct{ Retries json.RawMessage }](t, c.Setup)
	want := decode[struct {
		Accepted   bool
		Policy     *modalRetries
		Error      string
		About, Why string
	}](t, c.Want())

	var asked modalRetries
	var got policy.Retries
	if strings.HasPrefix(string(setup.Retries), "{") {
		asked = decode[modalRetries](t, setup.Retries)
		got = asked.ours()
	} else {
		got = policy.FixedRetries(decode[int](t, setup.Retries))
	}

	if !want.Accepted && !asked.zero() {
		var invalid *policy.InvalidError
		require.ErrorAs(t, got.Validate(), &invalid)
		require.Equal(t, "invalid", want.Error)
		require.Equal(t, goName(want.About), invalid.Field)
		return
	}
	require.NoError(t, got.Validate())
	if want.Policy != nil {
		require.Equal(t, want.Policy.ours().WithDefaults(), got.WithDefaults())
	}
}

// goName is the Go field for a name such as initial_delay or initial_delay_ms.
func goName(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(strings.TrimSuffix(name, "_ms"), "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func runRetryDelay(t *testing.T, c conformance.Case) {
	setup := decode[struct {
		Policy   modalRetries
		Attempt  int
		Attempts []int
	}](t, c.Setup)
	want := decode[struct {
		DelayMS json.RawMessage `json:"delay_ms"`
		Why     string
	}](t, c.Want())

	attempts := setup.Attempts
	var delays []float64
	if attempts == nil {
		attempts = []int{setup.Attempt}
		delays = []float64{decode[float64](t, want.DelayMS)}
	} else {
		delays = decode[[]float64](t, want.DelayMS)
	}
	require.Len(t, delays, len(attempts))

	if setup.Policy.zero() {
		delays = designDelays(setup.Policy, attempts)
	}
	retries := setup.Policy.ours()
	for i, n := range attempts {
		require.Equal(t, seconds(delays[i]/1000), retries.Delay(n), "retry %d", n)
	}
}

// designDelays is what to expect of a case that writes down an initial delay of 0. Modal waits its floor of
// 1 s each time, the case's own advice is no delay at all; Longshore's design wins over both: 0 means 1 s, then it grows.
func designDelays(m modalRetries, attempts []int) []float64 {
	delays := make([]float64, len(attempts))
	for i, n := range attempts {
		delays[i] = 1000
		for range n - 1 {
			delays[i] = min(delays[i]*value(m.Coefficient), value(m.MaxMS))
		}
	}
	return delays
}
