package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each page is fetched once, no host gets more than it bears, and no retry is used up where everybody has to wait.
func TestCrawl(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	require.NoError(t, run(t.Context(), config{pages: 8, perHost: 2, containers: 16}, &said))
	require.Contains(t, said.String(), "160 pages of 20 hosts")
	require.Contains(t, said.String(), "the slow host had 8 of them")
	require.Contains(t, said.String(), ", 0 retries used up for it; at most 2 at the same time to one host")
}

func TestRefusedFlags(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, run(t.Context(), config{}, io.Discard), "-pages 0 ")
	require.ErrorContains(t, run(t.Context(), config{pages: 1, perHost: 1, containers: -1}, io.Discard), "invalid Containers -1")
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, config{pages: 2, perHost: 1, containers: 2}, io.Discard), context.Canceled)
}
