package policy_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
)

func TestHedgeIsValidated(t *testing.T) {
	t.Parallel()
	for _, h := range []policy.Hedge{{}, {After: time.Hour}, {Quantile: 0.95}, {Quantile: 0.999, Budget: 1}} {
		require.NoError(t, h.Validate())
	}
	requireInvalid(t, "Hedge.After", policy.Hedge{After: -1}.Validate())
	for _, q := range []float64{-0.1, 1, math.NaN(), math.Inf(1)} {
		requireInvalid(t, "Hedge.Quantile", policy.Hedge{Quantile: q}.Validate())
	}
	for _, b := range []float64{-0.1, 1.1, math.NaN()} {
		requireInvalid(t, "Hedge.Budget", policy.Hedge{After: 1, Budget: b}.Validate())
	}
}

func TestHedgeBudget(t *testing.T) {
	t.Parallel()
	require.False(t, policy.Hedge{Budget: 1}.On())
	require.True(t, policy.Hedge{Quantile: 0.5}.On())
	require.Equal(t, 0.05, policy.Hedge{}.WithDefaults().Budget)
	for attempts, most := range map[int]int{0: 1, 1: 1, 39: 1, 40: 2, 1000: 50} {
		require.Equal(t, most, policy.Hedge{}.Most(attempts))
	}
	require.Equal(t, 30, policy.Hedge{Budget: 1}.Most(30))
}
