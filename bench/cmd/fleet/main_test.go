//go:build unix

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/bench/site"
	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main()
	if as := become(); as != nil {
		site.Exit(as)
	}
	os.Exit(m.Run())
}

// TestCases plays each with few inputs: every row has its figure.
func TestCases(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-rounds", "1", "-scale", "0.01", "-only", "^(no-op|.* of sleep|Call|.*0 slots|a journal)"}, &out))
	require.NoError(t, run(t.Context(), []string{"-rounds", "1", "-scale", "0.1", "-only", "kill|SIGSTOP|drains"}, &out))
	for _, c := range cases {
		for _, r := range c.rows {
			require.Contains(t, out.String(), "| "+c.name+": "+r.Name+" | ")
		}
	}
}

// TestQueues plays one contest of each sort: every row has its figure, or says that the queue is not installed.
func TestQueues(t *testing.T) {
	only := regexp.MustCompile("12 slots, 256|10ms|Call")
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-rounds", "1", "-scale", "0.01", "-only", "^queues.*(" + only.String() + ")"}, &out))
	for _, c := range contests {
		if !only.MatchString(c.name) {
			continue
		}
		for _, r := range c.scene(nil, 1).Rows {
			require.Contains(t, out.String(), "| queues: "+c.name+": "+r.Name+" | ")
		}
	}
}

// TestBetter: more a second is better, and a shorter time is.
func TestBetter(t *testing.T) {
	t.Parallel()
	rate, wait := contest{unit: perSecond}, contest{unit: "ms"}
	require.True(t, rate.better(2, 1) && wait.better(1, 2))
	require.False(t, rate.better(1, 2) || wait.better(2, 1) || rate.better(1, 1) || wait.better(1, 1))
}

func TestArguments(t *testing.T) {
	t.Parallel()
	require.Error(t, run(t.Context(), []string{"-only", "("}, nil))
	require.Error(t, run(t.Context(), []string{"-x"}, nil))
}
