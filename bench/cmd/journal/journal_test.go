//go:build linux

package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestScenes plays each with few inputs: every row has its figure.
func TestScenes(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-rounds", "1", "-scale", "0.001", "-large", "-rows", "1000"}, &out))
	for _, s := range scenes(0.001, true, 1000) {
		for _, r := range s.Rows {
			require.Contains(t, out.String(), "| "+s.Name+": "+r.Name+" | ")
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	require.Error(t, run(t.Context(), []string{"-only", "("}, nil))
	require.Error(t, run(t.Context(), []string{"-x"}, nil))
}
