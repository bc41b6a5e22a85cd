//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func options() mapper.Options {
	return mapper.Options{Containers: 4, Timeout: time.Minute, ReturnExceptions: true}
}

// said is what the program says with those arguments and that standard input.
func said(t *testing.T, in string, opts mapper.Options, args ...string) (string, tally) {
	t.Helper()
	var out strings.Builder
	all, err := program(t.Context(), args, opts, strings.NewReader(in), &out)
	require.NoError(t, err)
	return out.String(), all
}

// TestDemonstration is what a user sees: every end that a command can have, in the order of the lines.
func TestDemonstration(t *testing.T) {
	t.Parallel()
	opts := options()
	opts.Timeout = 2 * time.Second
	opts.Retries = policy.Retries{MaxRetries: 1}
	out, all := said(t, "", opts)
	require.Equal(t, 4, all.failed, out)
	for _, part := range []string{
		"    | well the second time\n    ok (2 attempts), ",
		"    | one\n    ok, ",
		"    | this goes to standard error\n    exit status 3 (2 attempts)\n",
		"] sleep 60\n    killed after 2s (2 attempts)\n",
		"    exit status 127 (2 attempts)\n",
		"    signal: killed (2 attempts)\n",
		"    | eight\n    ok, ",
	} {
		_, rest, found := strings.Cut(out, part)
		require.True(t, found, "%q in\n%s", part, out)
		out = rest
	}
	require.Contains(t, out, "4 ok, 4 failed, ")
	require.Contains(t, out, "  killed after 2s      sleep 60\n")
}

// Arguments take their places in the template, whatever is in them.
func TestTemplate(t *testing.T) {
	t.Parallel()
	in := "a b\n\n it's \n$HOME\n"
	out, all := said(t, in, options(), "printf '<%s>' {}")
	require.Equal(t, 3, all.ok)
	require.Contains(t, out, "| <a b>\n")
	require.Contains(t, out, "| <it's>\n")
	require.Contains(t, out, "| <$HOME>\n")
	out, _ = said(t, "x\n", options(), "echo at the end")
	require.Contains(t, out, "| at the end x\n")
}

// With - the lines are the commands; no more than so many run at the same time.
func TestCommands(t *testing.T) {
	t.Parallel()
	const line = `mkdir "$EXEC_LOCK" && rmdir "$EXEC_LOCK"`
	lock := filepath.Join(t.TempDir(), "lock")
	in := strings.Repeat(strings.ReplaceAll(line, "$EXEC_LOCK", lock)+"\n", 20)
	opts := options()
	opts.Containers = 1
	_, all := said(t, in, opts, "-")
	require.Equal(t, 20, all.ok)
}

// A command is killed with what it has started: that would still hold the output open, and write the file.
func TestTimeoutKillsTheGroup(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "alive")
	opts := options()
	opts.Timeout = 100 * time.Millisecond
	out, all := said(t, fmt.Sprintf("(sleep 61; touch %s) & wait\n", file), opts, "-")
	require.Equal(t, 1, all.failed)
	require.Contains(t, out, "killed after 100ms")
	require.NoFileExists(t, file)
}

// With -halt nothing begins after the first failure.
func TestHalt(t *testing.T) {
	t.Parallel()
	opts := options()
	opts.Containers, opts.ReturnExceptions = 1, false
	out, all := said(t, "true\nexit 7\n"+strings.Repeat("true\n", 100), opts, "-")
	require.Equal(t, 1, all.ok)
	require.Equal(t, 1, all.failed)
	require.Contains(t, out, "exit status 7")
}

// Of a flood of output the end is kept.
func TestMuchOutput(t *testing.T) {
	t.Parallel()
	d, err := shell(t.Context(), "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo the end")
	require.NoError(t, err)
	require.Less(t, len(d.output), maxOutput+100)
	require.True(t, strings.HasPrefix(d.output, "(1951"), d.output[:20])
	require.True(t, strings.HasSuffix(d.output, "x\nthe end\n"))
}

// Lines that cannot be read are an error at the end, and those before are executed.
func TestBrokenInput(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken pipe")
	var out strings.Builder
	all, err := program(t.Context(), []string{"echo"}, options(), io.MultiReader(strings.NewReader("a\nb\n"), &failing{broken}), &out)
	require.ErrorIs(t, err, broken)
	require.Equal(t, 2, all.ok)
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestRefused(t *testing.T) {
	t.Parallel()
	opts := options()
	opts.Containers = -1
	_, err := program(t.Context(), nil, opts, os.Stdin, io.Discard)
	require.ErrorContains(t, err, "invalid Containers -1")
}

// Ctrl-C kills what runs.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	in, feed := io.Pipe()
	go func() {
		fmt.Fprintln(feed, "sleep 62")
		cancel()
		feed.Close()
	}()
	_, err := program(ctx, []string{"-"}, options(), in, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
}
