package mapper_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper"
)

// TestComputingTakesNoTime: in a bubble nothing but sleep exceeds a Timeout, as the package's documentation says.
func TestComputingTakesNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		opts := mapper.Options{Timeout: time.Nanosecond}
		require.NoError(t, mapper.Each(t.Context(), func(ctx context.Context, _ int) error {
			for range 1_000_000 {
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			return nil
		}, ints(3), opts))
		require.Zero(t, time.Since(began))
		require.ErrorIs(t, mapper.Each(t.Context(), func(ctx context.Context, _ int) error {
			return during(ctx, time.Second)
		}, ints(3), opts), mapper.ErrTimeout)
	})
}

// TestRatesAreExact in a bubble, with a limiter that was made there.
func TestRatesAreExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		require.NoError(t, mapper.Each(t.Context(), func(context.Context, int) error { return nil }, ints(11),
			mapper.Options{Rate: rate.NewLimiter(1, 1)}))
		require.Equal(t, 10*time.Second, time.Since(began))
	})
}
