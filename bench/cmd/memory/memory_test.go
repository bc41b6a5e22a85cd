package main

import (
	"bytes"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryFormRuns runs each form small, in this process: the counts are
// right then, though the peak is the test's own.
func TestEveryFormRuns(t *testing.T) {
	needsProc(t)
	for _, c := range cases(1e-5) {
		if c.Form == "sleepers" && c.Size > 100 {
			continue
		}
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			back, err := parseCase(c.String())
			require.NoError(t, err)
			require.Equal(t, c, back)

			o, err := c.run(t.Context())

			require.NoError(t, err)
			require.Positive(t, o.PeakKiB)
			if c.Form == "lazy" || c.Form == "slow-head" {
				require.Positive(t, o.Pulled)
				require.LessOrEqual(t, o.Pulled, c.Size)
			}
		})
	}
}

// TestChildPrintsOneLine is the other half of the protocol that run speaks
// with its children; the half that starts them needs the built program.
func TestChildPrintsOneLine(t *testing.T) {
	t.Parallel()
	needsProc(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-child", "collect/floor/1000"}, &out, io.Discard))
	require.Regexp(t, `^\{"ns":[0-9.e+]+,"peak_kib":[0-9]+,"pulled":0\}\n$`, out.String())
	require.Error(t, run(t.Context(), []string{"-child", "collect/nobody/1000"}, &out, io.Discard))
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	text := markdown(results{
		{"lazy", "longshore", 10}:       {NS: 20, PeakKiB: 4096, Pulled: 7},
		{"sleepers", "floor", 1000}:     {NS: 1100, PeakKiB: 8192},
		{"sleepers", "longshore", 1000}: {NS: 1210, PeakKiB: 9216},
		{"idle", "floor", 0}:            {PeakKiB: 1024},
		{"calls", "longshore", 1024}:    {PeakKiB: 3072},
	})
	require.Contains(t, text, "| 10 | no-op | longshore | 4.0 | 7 | 20.0 |\n")
	require.Contains(t, text, "| 1000 | 1100.0 | 1210.0 | 1.10 | 1000.0 | 8.0 | 9.0 |\n")
	require.Contains(t, text, "| longshore | 1024 | 2048 |\n", "what one takes above an idle process")
	require.NotContains(t, text, "Start and All")
}

func needsProc(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("peak memory is read from Linux's /proc")
	}
}
