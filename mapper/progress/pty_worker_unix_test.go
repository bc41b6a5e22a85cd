//go:build linux || darwin

package progress_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/eventlog"
	"github.com/longshore-go/longshore/supervisor/process"
)

var _ = process.Register(crop)

// photo is an input of crop.
type photo struct {
	Number int
	Gate   string        // a named pipe: it waits until somebody writes to it
	Takes  time.Duration // that long
	Blank  string        // a file: it crashes its worker, and leaves that file, unless there is one
}

// crop runs in worker processes.
func crop(_ context.Context, p photo) (int, error) {
	switch {
	case p.Number == 0:
		fmt.Println("loading the model")
	case p.Blank != "":
		if err := os.Mkdir(p.Blank, 0o700); err == nil {
			fmt.Fprintf(os.Stderr, "careful with %d\n", p.Number)
			panic("no pixel")
		}
	}
	if p.Gate != "" {
		_, _ = os.ReadFile(p.Gate)
	}
	time.Sleep(p.Takes)
	return p.Number, nil
}

// loggerOver writes lines to them, without the time and what else is not wanted.
func loggerOver(bars *progress.Bars, unwanted ...string) *slog.Logger {
	return slog.New(slog.NewTextHandler(bars, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || slices.Contains(unwanted, a.Key) {
			return slog.Attr{}
		}
		return a
	}}))
}

// TestWorkers: what worker processes print goes above the bars by default. The crash of one is a short line of the log; the
// dump that it leaves on its stderr is not on the terminal unless it is asked for.
func TestWorkers(t *testing.T) {
	for _, stacks := range []bool{false, true} {
		t.Run(fmt.Sprint("stacks ", stacks), func(t *testing.T) {
			term := openWide(t, 40, 200)
			stderr := os.Stderr
			os.Stderr = term.tty
			defer func() { os.Stderr = stderr }()
			bars := progress.New(os.Stderr, progress.Options{Refresh: 5 * time.Millisecond, NoColor: true})
			gate := filepath.Join(t.TempDir(), "gate")
			require.NoError(t, syscall.Mkfifo(gate, 0o600))
			done := make(chan error, 1)
			go func() {
				_, err := mapper.Collect(t.Context(), crop, []photo{{Number: 0, Gate: gate}, {Number: 1, Blank: filepath.Join(t.TempDir(), "seen")}, {Number: 2}}, mapper.Options{
					Name: "crop", Containers: 1, CrashLimit: 1, ReturnExceptions: true, Runtime: process.New(process.Options{}),
					Observer: supervisor.Observers{bars, eventlog.New(loggerOver(bars), eventlog.Options{Stacks: stacks})},
				})
				done <- err
			}()
			term.awaitMatch(t, `^\[crop 0\] loading the model\ncrop    0%.*  1 run$`)
			require.NoError(t, os.WriteFile(gate, nil, 0o600)) // as soon as it is read
			require.Error(t, <-done)
			require.NoError(t, bars.Close())
			fmt.Fprintln(term.tty, "the end")
			term.await(t, "the end")
			shown := term.text(t)
			require.Contains(t, shown, "[crop 0] careful with 1\n", shown)
			crashed := regexp.MustCompile(`(?m)^level=.*container crashed.*$`).FindAllString(shown, -1)
			require.Len(t, crashed, 1, shown)
			require.Contains(t, crashed[0], `cause="panic: no pixel"`)
			require.Equal(t, stacks, strings.Contains(crashed[0], "stack="), shown)
			if !stacks {
				require.Less(t, len(crashed[0]), 200, "one row of the terminal")
				require.NotContains(t, shown, "goroutine ", "the dump of the worker")
				require.Len(t, strings.Split(shown, "\n"), 8, shown)
			}
		})
	}
}
