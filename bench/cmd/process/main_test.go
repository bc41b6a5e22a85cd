package main

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main()
	m.Run()
}

// TestRun checks that every case still runs and checks itself; the figures of so few inputs are worthless.
func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-rounds", "1", "-scale", "0.03", "-peers=false"}, &out, io.Discard))
	for _, c := range cases {
		require.Contains(t, out.String(), "| "+c.name+" |")
	}
}
