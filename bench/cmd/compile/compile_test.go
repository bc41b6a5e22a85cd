package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestProgramsAreRight has the largest program of each form type-checked; that they build is
// for the command to see, since it takes a minute.
func TestProgramsAreRight(t *testing.T) {
	t.Parallel()
	m, err := newModule(t.Context(), "../../..")
	require.NoError(t, err)
	defer m.remove()
	for _, p := range programs(len(pairs)) {
		if p.Pairs != len(pairs) && p.Pairs != 0 {
			continue
		}
		text, err := p.source(1)
		require.NoError(t, err)
		again, err := p.source(2)
		require.NoError(t, err)
		require.NotEqual(t, text, again, "the build cache would know it")
		require.NoError(t, os.MkdirAll(filepath.Join(m.dir, p.Form), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(m.dir, p.Form, "main.go"), []byte(text), 0o644))
	}
	printed, err := m.goTool(t.Context(), "vet", "./...").CombinedOutput()
	require.NoError(t, err, "%s", printed)
}

func TestTwoSmallPrograms(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(t.Context(), []string{"-root", "../../..", "-rounds", "1", "-pairs", "1", "-only", "^(nothing|errgroup)/"}, &out, io.Discard)
	require.NoError(t, err)
	require.Regexp(t, `a program without a library \| 0 \| [0-9.]+ \| [0-9.]+ \| [1-9]`, out.String())
	require.Regexp(t, `by hand \| 1 \| [0-9.]+ \| [0-9.]+ \| [1-9]`, out.String())
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-rounds", "0"},
		{"-pairs", "0"},
		{"-pairs", "7"},
		{"-only", "("},
		{"-root", "../../..", "-only", "^nobody/"},
		{"-root", "../nowhere"},
	} {
		require.Error(t, run(t.Context(), args, io.Discard, io.Discard), "%v", args)
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	built := func(seconds, megabytes float64) cost {
		d := time.Duration(seconds * 1e9)
		return cost{CPU: d, Wall: d / 2, Bytes: int64(megabytes * 1e6)}
	}
	text := markdown(results{
		{"collect", 1}: {built(1, 3), built(9, 3), built(2, 3)},
		{"collect", 3}: {built(6, 3.1)},
		{"maperr", 1}:  {built(1, 2)},
		{"maperr", 3}:  {built(2, 2.6)},
		{"map", 2}:     {built(2, 4)},
	})
	require.Contains(t, text, "| `mapper.Collect` | 1 | 2.00 | 1.00 | 3.00 |\n", "the median")
	require.Contains(t, text, "| `mapper.Collect` | **2.000** | 0.050 |\n", "over the bar in bold")
	require.Contains(t, text, "| conc's `iter.MapErr` | 0.500 | 0.300 |\n", "others have no bar")
	require.NotContains(t, text, "`mapper.Map` | **", "one size has no slope")
	require.Contains(t, text, "3 Collects to 3 MapErr: **3.00 ×** of the CPU (bar 2.0), 3.00 × of the wall time, 1.19 × of the bytes.")
}
