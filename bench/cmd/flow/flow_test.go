package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestScenes plays each with few inputs: every way answers, and none fails.
func TestScenes(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-rounds", "1", "-scale", "0.01"}, &out))
	for _, s := range scenes(1) {
		for _, w := range s.ways {
			require.Contains(t, out.String(), "| "+s.name+" | "+w.who+" | ")
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	require.Error(t, run(t.Context(), []string{"-only", "("}, nil))
	require.Error(t, run(t.Context(), []string{"-x"}, nil))
}
