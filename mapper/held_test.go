package mapper_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// TestCountsOfHeld: an observer is shown what Stats say of what waits without a container, and what was refused.
func TestCountsOfHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var views tally[mapper.View]
		refusals := 0
		body := mapper.Plain(func(ctx context.Context, i int) (int, error) {
			if i == 0 && refusals == 0 {
				refusals++
				return 0, policy.Throttled(errBusy, time.Second)
			}
			return i, during(ctx, time.Second)
		}).Keyed(func(i int) string { return []string{"", "a"}[min(i, 1)] }, mapper.KeyLimit{Concurrency: 1})
		run, err := body.Start(t.Context(), upTo(5), mapper.Options{Containers: 3, Observer: &guide{watch: func(v mapper.View) { views.add(v) }}})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, run.Stats().Held, views.all()[0].Counts().Held)
		require.Equal(t, 1, views.all()[0].Counts().Throttled)
		time.Sleep(2500 * time.Millisecond) // a second, and the probe; one container has nothing to do and has looked at all
		held := views.all()[0].Counts().Held
		require.Positive(t, held.Key, "whichever was the probe")
		require.Equal(t, run.Stats().Held, held)
		for range run.All() {
			continue
		}
		require.Zero(t, views.all()[0].Counts().Held)
		require.Equal(t, 1, views.all()[0].Counts().Throttled)
	})
}
