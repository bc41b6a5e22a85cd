package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// play runs the program in a bubble, where minutes take no time.
func play(t *testing.T, c config) (said string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		require.NoError(t, run(t.Context(), c, &b))
		said = b.String()
	})
	return said
}

func TestEphemeralGivesUp(t *testing.T) {
	t.Parallel()
	said := play(t, config{mode: "ephemeral", containers: 4, inputs: 200, healAfter: 12 * time.Second})
	require.Contains(t, said, "cutoff: crashes outweigh progress")
	require.Regexp(t, `\n  rule        cold\n  tried       (9[6-9]|1\d\d) different inputs, with [23] pauses\n`, said)
	require.Contains(t, said, "panic: runtime error: invalid memory address or nil pointer dereference\n    github.com/longshore-go/longshore/examples/crashloop.(*exchange).price\n")
	require.Contains(t, said, "   200  *supervisor.CutoffError")
	require.NotContains(t, said, "the fault goes away")
}

func TestDeployedRecovers(t *testing.T) {
	t.Parallel()
	said := play(t, config{mode: "deployed", containers: 4, inputs: 40, healAfter: 12 * time.Second})
	for _, part := range []string{ // in this order
		" at the earliest",
		"crash loop: 3", " different inputs were tried since one last finished; ",
		"the fault goes away",
		"the crash loop is over",
		"the run has ended",
		"    40  a price\n",
	} {
		_, rest, found := strings.Cut(said, part)
		require.True(t, found, "%q comes next in:\n%s", part, said)
		said = rest
	}
}

// An outage of an hour crashes containers 200 times, and fails none of as many inputs.
func TestDeployedLongOutage(t *testing.T) {
	t.Parallel()
	said := play(t, config{mode: "deployed", containers: 4, inputs: 200, healAfter: time.Hour})
	require.Contains(t, said, "   200  a price\n")
	require.NotContains(t, said, "CrashError")
}

// A few inputs do not wait for the end of it: each may crash eight times.
func TestDeployedFewInputs(t *testing.T) {
	t.Parallel()
	said := play(t, config{mode: "deployed", containers: 4, inputs: 4, healAfter: time.Hour})
	require.Contains(t, said, "     4  *supervisor.CrashError: it crashed as often as it may\n")
	require.Contains(t, said, "32 crashed; at most 8 attempts at one input\n")
	require.NotContains(t, said, "the fault goes away")
}

func TestNoFault(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"ephemeral", "deployed"} {
		said := play(t, config{mode: mode, containers: 4, inputs: 40})
		require.Contains(t, said, "    40  a price\n4 containers started, 0 crashed; at most 1 attempts")
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Second, context.Canceled)
		defer cancel()
		var b strings.Builder
		err := run(ctx, config{mode: "deployed", containers: 4, inputs: 40, healAfter: 12 * time.Second}, &b)
		require.ErrorIs(t, err, context.Canceled)
		require.Contains(t, b.String(), "    40  context.Canceled: interrupted\n")
	})
}

func TestRefusedFlags(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]config{
		`-mode "forever"`:       {mode: "forever", inputs: 1},
		"-inputs 0":             {mode: "deployed"},
		"-heal-after -1s":       {mode: "deployed", inputs: 1, healAfter: -time.Second},
		"invalid Containers -1": {mode: "deployed", inputs: 1, containers: -1},
	} {
		require.ErrorContains(t, run(t.Context(), c, io.Discard), want)
	}
}
