//go:build unix

package process_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

const burst = 20_000

func init() {
	programs["hostile log"] = func() {
		var lines sync.WaitGroup
		lines.Add(4)
		r := process.New(process.Options{Log: func(l process.Line) {
			defer lines.Done()
			switch l.Text {
			case "0":
				panic("no line")
			case "1":
				runtime.Goexit()
			}
			fmt.Println("logged", l.Text)
		}})
		inst, err := r.Open(context.Background(), supervisor.Launch{Function: chatter, Name: "chat", Container: 3})
		if err == nil {
			err = inst.Run(context.Background(), supervisor.Chunk{Inputs: []any{4}}, func(int, any, error) {})
		}
		lines.Wait()
		fmt.Println("closed:", err, inst.Close(context.Background()), "dropped:", r.Dropped())
	}
	programs["default log"] = func() {
		r := process.New(process.Options{})
		inst, err := r.Open(context.Background(), supervisor.Launch{Function: chatter, Name: "chat", Container: 3})
		if err == nil {
			err = inst.Run(context.Background(), supervisor.Chunk{Inputs: []any{burst}}, func(int, any, error) { fmt.Println("executed") })
		}
		fmt.Println("closed:", err, inst.Close(context.Background()), "dropped:", r.Dropped())
	}
}

// A log that panics, or leaves its goroutine, loses these lines, and neither the others nor the program.
func TestLogThatPanics(t *testing.T) {
	t.Parallel()
	cmd := program("hostile log")
	var out, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &stderr
	require.NoError(t, cmd.Run(), "%s", &stderr)
	require.Contains(t, out.String(), "logged 2\nlogged 3\n")
	require.Contains(t, out.String(), "closed: <nil> <nil> dropped: 2\n")
	require.Equal(t, 1, strings.Count(stderr.String(), "process.Options.Log panicked: no line"), "%s", &stderr)
}

// With the default log nothing is lost that stderr takes, however much comes at once and however slowly it is taken.
func TestDefaultLogLosesNothing(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	cmd := program("default log")
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, w
	require.NoError(t, cmd.Start())
	w.Close()
	lines := bufio.NewScanner(r)
	n := 0
	for lines.Scan() {
		require.Equal(t, fmt.Sprintf("[chat 3] %d", n), lines.Text())
		n++
	}
	require.NoError(t, cmd.Wait())
	require.Equal(t, burst, n)
	require.Equal(t, "executed\nclosed: <nil> <nil> dropped: 0\n", out.String())
}

// A stderr that takes nothing keeps no worker from working, and is told what was lost when it takes lines again.
func TestStuckStderr(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	cmd := program("default log")
	cmd.Stderr = w
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	w.Close()
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "executed\n", line, "though nobody reads")
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, cmd.Wait())
	rest, _ := io.ReadAll(lines)
	require.Contains(t, string(rest)+string(text), "lost here: stderr took none", "%s", rest)
}
