//go:build linux || darwin

package progress_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/console"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
)

// terminal is a real one, and what it shows.
type terminal struct {
	tty *os.File // for the program

	mu     sync.Mutex
	grown  *sync.Cond
	raw    bytes.Buffer
	screen tty
}

func openTerminal(t *testing.T) *terminal {
	t.Helper()
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	require.NoError(t, pty.Setsize(theirs, &pty.Winsize{Rows: 24, Cols: 80}))
	term := &terminal{tty: theirs}
	term.grown = sync.NewCond(&term.mu)
	read := make(chan struct{})
	go func() {
		defer close(read)
		buf := make([]byte, 4096)
		for {
			n, err := ours.Read(buf)
			term.take(buf[:n])
			if err != nil {
				return // Linux: an input/output error, once the other side is closed
			}
		}
	}()
	t.Cleanup(func() {
		_ = theirs.Close()
		<-read
		_ = ours.Close()
	})
	return term
}

func (t *terminal) take(text []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.raw.Write(text)
	_, _ = t.screen.Write(text)
	t.grown.Broadcast()
}

// await waits until the terminal shows something.
func (t *terminal) await(tb testing.TB, what string) { t.awaitMatch(tb, regexp.QuoteMeta(what)) }

// awaitMatch waits for an expression, in which ^ and $ are the ends of a line.
func (t *terminal) awaitMatch(tb testing.TB, expression string) {
	what := regexp.MustCompile("(?m)" + expression)
	t.mu.Lock()
	defer t.mu.Unlock()
	for !what.MatchString(strings.Join(t.screen.shows(tb), "\n")) {
		t.grown.Wait()
	}
}

// show runs eight inputs, all but the first when the terminal shows what is wanted, and returns all
// that was written to it.
func show(t *testing.T, term *terminal, opts progress.Options, begun string) string {
	bars := progress.New(term.tty, opts)
	proceed := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- mapper.Each(t.Context(), func(context.Context, int) error {
			<-proceed
			return nil
		}, numbers(8), mapper.Options{Name: "eight", Containers: 1, Observer: bars})
	}()
	proceed <- struct{}{}
	term.await(t, begun)
	fmt.Fprintln(bars, "printed meanwhile")
	close(proceed)
	require.NoError(t, <-done)
	require.NoError(t, bars.Close())
	fmt.Fprintln(term.tty, "the end")
	term.await(t, "the end")
	shown := term.screen.shows(t)
	require.Equal(t, "printed meanwhile", shown[len(shown)-3])
	require.Contains(t, shown[len(shown)-2], "eight completed: 8 ok in ")
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.raw.String()
}

func TestTerminal(t *testing.T) {
	for _, c := range []struct {
		name, term, noColor string
		opts                progress.Options
		begun               string
		escapes, colours    bool
	}{
		{"bars", "xterm", "", progress.Options{}, "eight   12%  ━━━", true, true},
		{"NO_COLOR", "xterm", "1", progress.Options{}, "eight   12%  ━━━", true, false},
		{"no colour wanted", "xterm", "", progress.Options{NoColor: true}, "eight   12%  ━━━", true, false},
		{"dumb", "dumb", "", progress.Options{Interval: 10 * time.Millisecond}, "eight   12%  1/8", false, false},
		{"plain", "xterm", "", progress.Options{Plain: true, Interval: 10 * time.Millisecond}, "eight   12%  1/8", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("TERM", c.term)
			t.Setenv("NO_COLOR", c.noColor)
			term := openTerminal(t)
			raw := show(t, term, c.opts, c.begun)
			require.Equal(t, c.escapes, strings.Contains(raw, "\x1b"))
			require.Equal(t, c.colours, strings.Contains(raw, "\x1b[34m1 run\x1b[0m"))
			if c.escapes {
				require.Len(t, term.screen.shows(t), 3, "nothing is left of the bar")
			}
		})
	}
}

// TestResize: a terminal that becomes narrower breaks the lines that stand there, and none of them is left behind.
func TestResize(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("XTERM_VERSION", "")
	term := openTerminal(t)
	bars := progress.New(term.tty, progress.Options{Refresh: 5 * time.Millisecond, NoColor: true})
	held := make(chan struct{})
	var runs sync.WaitGroup
	for _, name := range []string{"first", "second"} {
		runs.Go(func() {
			_ = mapper.Each(t.Context(), func(context.Context, int) error {
				<-held
				return nil
			}, numbers(8), mapper.Options{Name: name, Containers: 1, Observer: bars})
		})
		term.await(t, name+" ")
	}
	term.await(t, "1 run\nsecond") // it is not drawn again: nothing changes
	wide := term.text(t)
	for _, width := range []int{50, 30, 12, 100} {
		term.mu.Lock() // what is drawn now is looked at when it has its new size
		require.NoError(t, pty.Setsize(term.tty, &pty.Winsize{Rows: 24, Cols: uint16(width)}))
		term.screen.narrow(width)
		term.mu.Unlock()
		line := fmt.Sprintf("now %d", width)
		fmt.Fprintln(bars, line)
		term.await(t, line)
	}
	shown := term.text(t)
	require.Equal(t, 1, strings.Count(shown, "first"), "%s\nwas\n%s", shown, wide)
	require.Equal(t, 1, strings.Count(shown, "second"), shown)
	close(held)
	runs.Wait()
	require.NoError(t, bars.Close())
}

func (t *terminal) text(tb testing.TB) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.screen.shows(tb), "\n")
}

// TestShortTerminal: more bars than lines do not push each other off.
func TestShortTerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	term := openTerminal(t)
	require.NoError(t, pty.Setsize(term.tty, &pty.Winsize{Rows: 10, Cols: 80}))
	bars := progress.New(term.tty, progress.Options{Refresh: 5 * time.Millisecond, NoColor: true})
	held := make(chan struct{})
	var runs sync.WaitGroup
	for i := range 30 {
		runs.Go(func() {
			_ = mapper.Each(t.Context(), func(context.Context, int) error {
				<-held
				return nil
			}, numbers(8), mapper.Options{Name: fmt.Sprintf("run-%02d", i), Containers: 1, Observer: bars})
		})
	}
	term.await(t, "22 more")
	require.Len(t, strings.Split(term.text(t), "\n"), 9, "and the cursor has a line")
	close(held)
	runs.Wait()
	require.NoError(t, bars.Close())
	fmt.Fprintln(term.tty, "the end")
	term.await(t, "the end")
	require.NotContains(t, term.text(t), " more")
}

// TestConsole: lines that have been given no place, as those of worker processes, go above the bars while there are
// some, and to stderr otherwise.
func TestConsole(t *testing.T) {
	t.Setenv("TERM", "xterm")
	term := openTerminal(t)
	stderr := os.Stderr
	os.Stderr = term.tty
	defer func() { os.Stderr = stderr }()
	bars := progress.New(os.Stderr, progress.Options{Refresh: 5 * time.Millisecond, NoColor: true})
	held := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- mapper.Each(t.Context(), func(context.Context, int) error {
			<-held
			return nil
		}, numbers(8), mapper.Options{Name: "eight", Containers: 1, Observer: bars})
	}()
	term.await(t, "eight    0%")
	fmt.Fprintln(console.Writer(), "[eight 0] loading")
	term.await(t, "loading\neight    0%")
	close(held)
	require.NoError(t, <-done)
	require.NoError(t, bars.Close())
	require.Same(t, term.tty, console.Writer())
}

// TestTerminalWithoutSize is none to draw bars on.
func TestTerminalWithoutSize(t *testing.T) {
	t.Setenv("TERM", "xterm")
	term := openTerminal(t)
	require.NoError(t, pty.Setsize(term.tty, &pty.Winsize{}))
	raw := show(t, term, progress.Options{Interval: 10 * time.Millisecond}, "1/8")
	require.NotContains(t, raw, "\x1b")
}

// TestPipe: a file that is no terminal gets no escape sequence.
func TestPipe(t *testing.T) {
	t.Setenv("TERM", "xterm")
	file, err := os.Create(t.TempDir() + "/log")
	require.NoError(t, err)
	defer file.Close()
	bars := progress.New(file, progress.Options{})
	require.NoError(t, mapper.Each(t.Context(), func(context.Context, int) error { return nil },
		numbers(3), mapper.Options{Name: "piped", Observer: bars}))
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	require.Contains(t, string(text), "piped completed: 3 ok in ")
	require.NotContains(t, string(text), "\x1b")
}
