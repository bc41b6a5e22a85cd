//go:build unix

package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/bench/site"
)

func TestMain(m *testing.M) {
	if as := site.Become(); as != nil {
		site.Exit(as)
	}
	os.Exit(m.Run())
}

func TestArguments(t *testing.T) {
	t.Parallel()
	require.Error(t, run(t.Context(), []string{"-only", "("}, nil))
	require.Error(t, run(t.Context(), []string{"-x"}, nil))
}

// TestSmall plays two of the scenes with few machines: every row has its figure.
func TestSmall(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-rounds", "1", "-scale", "0.01", "-only", "callers|leader"}, &out))
	for _, s := range scenes(0.01)[3:] {
		for _, r := range s.Rows {
			require.Contains(t, out.String(), "| "+s.Name+": "+r.Name+" | ")
		}
	}
}
