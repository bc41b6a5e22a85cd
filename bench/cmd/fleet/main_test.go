//go:build unix

package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/bench/site"
	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main()
	if as := site.Become(); as != nil {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := as(ctx); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestCases plays each with few inputs: every row has its figure.
func TestCases(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-rounds", "1", "-scale", "0.01", "-only", "no-op|sleep|Call|0 slots"}, &out))
	require.NoError(t, run(t.Context(), []string{"-rounds", "1", "-scale", "0.1", "-only", "kill|SIGSTOP|drains"}, &out))
	for _, c := range cases {
		for _, r := range c.rows {
			require.Contains(t, out.String(), "| "+c.name+": "+r.Name+" | ")
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	require.Error(t, run(t.Context(), []string{"-only", "("}, nil))
	require.Error(t, run(t.Context(), []string{"-x"}, nil))
}
