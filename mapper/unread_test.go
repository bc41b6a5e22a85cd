package mapper_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// TestPoliciesByPointerAreRefused: the method set of a pointer satisfies the interface.
func TestPoliciesByPointerAreRefused(t *testing.T) {
	t.Parallel()
	for _, p := range []policy.Crashes{&policy.Ephemeral{}, &policy.Deployed{}, (*policy.Ephemeral)(nil)} {
		err := mapper.Options{Crashes: p}.Validate()
		require.ErrorAs(t, err, new(*policy.InvalidError))
		require.ErrorContains(t, err, "Crashes")
	}
}

// TestUnreadResultsAreReported: a reader who has left after the end of the context is
// not waited for, and what it missed is not kept quiet.
func TestUnreadResultsAreReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		run, err := mapper.Start(ctx, square, slices.Values(make([]int, 900)), mapper.Options{})
		require.NoError(t, err)
		<-run.Results()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, run.Wait(), mapper.ErrUnread)
	})
}
