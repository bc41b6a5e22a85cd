package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main()
	goleak.VerifyTestMain(m)
}

// source writes n files of three lines and two functions each.
func source(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for i := range n {
		text := fmt.Sprintf("package p\nfunc f%d() { _ = func() {} }\n// end", i)
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d.go", i)), []byte(text), 0o600))
	}
	return dir
}

// needProcesses skips where there are no worker processes.
func needProcesses(t *testing.T) {
	t.Helper()
	if err := process.New(process.Options{}).Check(inspect); errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
}

func TestEveryFileIsParsed(t *testing.T) {
	t.Parallel()
	needProcesses(t)
	dir := source(t, 300)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "torn.go"), []byte("package p\nfunc f("), 0o600))
	var b strings.Builder
	require.NoError(t, run(t.Context(), config{in: dir, dirs: ".", memory: 256, timeout: 5 * time.Second}, &b))
	said := b.String()
	require.Contains(t, said, "300 of 301 files parsed, 1 broken: 900 lines, 600 functions")
	for _, line := range []string{
		`eats memory +memory +2 +process: .* over its limit of 256`,
		`calls os.Exit +exit +2 +process: the worker exited with code 3 +-`,
		`overflows the stack +stack-overflow +2 +fatal error: stack overflow +descend`,
		`races on a map +fatal +2 +fatal error: concurrent map writes +race`,
		`loops for ever +timeout +2 +mapper: attempt timed out after 5s +spin`,
	} {
		require.Regexp(t, regexp.MustCompile(`(?m)^`+line), said)
	}
	require.Equal(t, len(faults)+4, strings.Count(said, "\n"), "nobody else has suffered:\n%s", said)
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	needProcesses(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupt signal received")
	cancel(interrupted)
	err := run(ctx, config{in: source(t, 10), dirs: ".", timeout: time.Second}, io.Discard)
	require.ErrorIs(t, err, interrupted)
}

func TestRefusedFlags(t *testing.T) {
	t.Parallel()
	needProcesses(t)
	dir := source(t, 1)
	for want, c := range map[string]config{
		"no such file":          {in: filepath.Join(dir, "none")},
		"is not a directory":    {in: filepath.Join(dir, "f0.go")},
		"no Go file":            {in: t.TempDir()},
		"invalid Memory":        {in: dir, memory: 1},
		"invalid Containers -1": {in: dir, containers: -1},
		"invalid Timeout -1s":   {in: dir, timeout: -time.Second},
	} {
		require.ErrorContains(t, run(t.Context(), c, io.Discard), want)
	}
}

func TestWithFaults(t *testing.T) {
	t.Parallel()
	all := withFaults([]task{{File: "a.go"}, {File: "b.go"}})
	require.Len(t, all, 2+len(faults))
	for _, f := range faults {
		require.Contains(t, all, task{Fault: f.name})
	}
}
