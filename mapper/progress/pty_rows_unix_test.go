//go:build linux || darwin

package progress_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/eventlog"
)

// openWide is a terminal that draws bars, of that size.
func openWide(t *testing.T, rows, cols uint16) *terminal {
	t.Helper()
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	term := openTerminal(t)
	require.NoError(t, pty.Setsize(term.tty, &pty.Winsize{Rows: rows, Cols: cols}))
	return term
}

// written is all that was written to it.
func (t *terminal) written() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.raw.String()
}

// hold has runs wait until they are let go.
type hold struct {
	let  chan struct{}
	runs sync.WaitGroup
}

func newHold(t *testing.T) *hold {
	h := &hold{let: make(chan struct{})}
	t.Cleanup(h.runs.Wait)
	return h
}

// start is a run of so many inputs, of which the first are done, or fail, and the others wait.
func (h *hold) start(t *testing.T, bars supervisor.Observer, name string, inputs, done, failed int) {
	h.runs.Go(func() {
		_ = mapper.Each(t.Context(), func(_ context.Context, i int) error {
			switch {
			case i < failed:
				return errLuck
			case i >= failed+done:
				<-h.let
			}
			return nil
		}, numbers(inputs), mapper.Options{Name: name, Containers: 1, ReturnExceptions: true, Observer: bars})
	})
}

// TestColumns: the bars of two runs begin in one column and end in one, with a track and colours.
func TestColumns(t *testing.T) {
	term := openWide(t, 24, 100)
	bars := progress.New(term.tty, progress.Options{Refresh: 5 * time.Millisecond})
	h := newHold(t)
	h.start(t, bars, "one", 4, 2, 0)
	h.start(t, bars, "a longer name", 1000, 100, 200)
	term.awaitMatch(t, "^one .*━─") // what is done is told of in chunks
	term.awaitMatch(t, "^a longer name .*━─.* 200 failed")
	lines := strings.Split(term.text(t), "\n")
	require.Len(t, lines, 2)
	var from, to []int
	for _, line := range lines {
		cells := []rune(line)
		at := strings.IndexAny(line, "━─")
		require.Positive(t, at, line)
		from = append(from, len([]rune(line[:at])))
		to = append(to, from[len(from)-1]+strings.Count(line, "━")+strings.Count(line, "─"))
		require.Equal(t, ' ', cells[to[len(to)-1]], line)
		require.Contains(t, line, "━─", "what is done, and the track")
	}
	require.Equal(t, []int{from[0], to[0]}, []int{from[1], to[1]}, term.text(t))
	raw := term.written()
	for what, colour := range map[string]string{"━": "32", "─": "90", "200 failed": "31", "1 run": "34"} {
		require.Regexp(t, `\x1b\[`+colour+`m`+what, raw, what)
	}
	close(h.let)
	h.runs.Wait()
	require.NoError(t, bars.Close())
}

// TestWorstAreShown: where there is no room for all, those in trouble are not among those left out.
func TestWorstAreShown(t *testing.T) {
	term := openWide(t, 6, 80)
	bars := progress.New(term.tty, progress.Options{Refresh: 5 * time.Millisecond, NoColor: true})
	h := newHold(t)
	for i := range 15 {
		h.start(t, bars, fmt.Sprintf("run-%02d", i), 8, 1, 0)
		term.await(t, min(fmt.Sprintf("run-%02d", i), fmt.Sprintf("run-%02d", 3))) // one after the other, as far as there is room
	}
	h.start(t, bars, "unlucky", 8, 1, 2)
	term.await(t, "2 failed")
	term.await(t, "12 more")
	require.Len(t, strings.Split(term.text(t), "\n"), 5, term.text(t))
	require.Contains(t, term.text(t), "unlucky")
	close(h.let)
	h.runs.Wait()
	require.NoError(t, bars.Close())
}

// TestCauseInBar: a bar says why its function crash-loops.
func TestCauseInBar(t *testing.T) {
	term := openWide(t, 24, 120)
	bars := progress.New(term.tty, progress.Options{Refresh: 5 * time.Millisecond})
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(context.Context, int) (int, error) { panic("the ledger is locked") }),
		mapper.Options{Name: "billing", Containers: 2, CrashLimit: 1000, Observer: bars, Crashes: policy.Deployed{ColdInputs: 1}})
	require.NoError(t, err)
	_, err = f.Spawn(t.Context(), 1)
	require.NoError(t, err)
	term.await(t, "crash-looping")
	term.await(t, "the ledger is locked")
	require.Regexp(t, `(?m)^billing  0 done .*crash-looping .*panic: the ledger is locked$`, term.text(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, f.Stop(ctx))
	<-f.Done()
	require.NoError(t, bars.Close())
}

// TestOneLineACrash: with bars and a log, a crash is one short line above the bars, and in one group of the summary; its
// stack is nowhere unless it is asked for.
func TestOneLineACrash(t *testing.T) {
	for _, stacks := range []bool{false, true} {
		t.Run(fmt.Sprint("stacks ", stacks), func(t *testing.T) {
			term := openWide(t, 40, 200)
			bars := progress.New(term.tty, progress.Options{Refresh: 5 * time.Millisecond, NoColor: true})
			logger := loggerOver(bars)
			err := mapper.Each(t.Context(), func(_ context.Context, i int) error {
				if i == 7 {
					panic("no pixel")
				}
				return nil
			}, numbers(20), mapper.Options{
				Name: "crop", Containers: 1, CrashLimit: 1, ReturnExceptions: true,
				Observer: supervisor.Observers{bars, eventlog.New(logger, eventlog.Options{Stacks: stacks})},
			})
			var failures *mapper.FailuresError
			require.True(t, errors.As(err, &failures))
			require.NoError(t, bars.Close())
			fmt.Fprintln(term.tty, "the end")
			term.await(t, "the end")
			shown := term.text(t)
			crashed := regexp.MustCompile(`(?m)^level=.*container crashed.*$`).FindAllString(shown, -1)
			require.Len(t, crashed, 1, shown)
			require.Equal(t, stacks, strings.Contains(shown, "stack="), shown)
			if !stacks {
				require.Less(t, len(crashed[0]), 200, "one row of the terminal")
			}
			require.Len(t, regexp.MustCompile(`(?m)^  \d+ (crashed|failed).*no pixel`).FindAllString(shown, -1), 1, shown)
		})
	}
}
