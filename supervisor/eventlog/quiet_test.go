package eventlog_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/eventlog"
)

// TestFlood: ten thousand crashes of one cause in a minute are six lines, and one at the end, and every crash is
// told of in one of them.
func TestFlood(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	l := eventlog.New(p.Logger, eventlog.Options{Stacks: true})
	for i := range 10_001 {
		l.Observe(crashed(i, time.Duration(i)*6*time.Millisecond))
	}
	l.Observe(event(supervisor.RunEnded, time.Minute, nil))
	lines := p.lines()
	require.Len(t, lines, 7)
	told := 0
	for i, line := range lines[:6] {
		require.Contains(t, line, "container crashed")
		require.Equal(t, i == 0, strings.Contains(line, "stack="), "the stack comes once")
		told += 1 + suppressed(t, line)
	}
	require.Equal(t, 10_001, told+suppressed(t, lines[6]))
	require.Contains(t, lines[6], `msg="run ended"`)
}

// TestStacksOnRequest: a crash is one short line, unless somebody wants its stack.
func TestStacksOnRequest(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	eventlog.New(p.Logger, eventlog.Options{}).Observe(crashed(5, 0))
	require.Equal(t, []string{
		`level=WARN msg="container crashed" function=resize container=3 input=5 crashes=2 next_in=4s cause="panic: no pixel 5" frame="thumbs.crop (crop.go:88)"`,
	}, p.lines())
}

func suppressed(t *testing.T, line string) (n int) {
	t.Helper()
	if _, rest, found := strings.Cut(line, "suppressed="); found {
		_, err := fmt.Sscan(rest, &n)
		require.NoError(t, err)
	}
	return n
}

// TestRestAtTheEnd: what was held back last is told at the end of the run, and once.
func TestRestAtTheEnd(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	l := eventlog.New(p.Logger, eventlog.Options{Interval: time.Minute})
	for i := range 5 {
		l.Observe(crashed(i, 0))
	}
	other := event(supervisor.RunEnded, 0, nil)
	other.Function = "other"
	l.Observe(other)
	l.Observe(event(supervisor.RunEnded, time.Second, nil))
	l.Observe(event(supervisor.RunEnded, 2*time.Minute, nil))
	require.Equal(t, []string{
		`level=INFO msg="run ended" function=other`,
		`level=INFO msg="run ended" function=resize suppressed=4`,
		`level=INFO msg="run ended" function=resize`,
	}, p.lines()[1:])
}

// TestEachCauseIsTold: causes, kinds and functions do not hold each other back.
func TestEachCauseIsTold(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	l := eventlog.New(p.Logger, eventlog.Options{})
	for _, text := range []string{"no luck", "no time", "no luck"} {
		l.Observe(event(supervisor.InputFailed, 0, errors.New(text)))
		l.Observe(event(supervisor.ExitFailed, 0, errors.New(text)))
		ev := event(supervisor.InputFailed, 0, errors.New(text))
		ev.Function = "other"
		l.Observe(ev)
	}
	require.Len(t, p.lines(), 6)
}

// TestManyCauses: a thousand causes are a flood as well, and are not kept for ever.
func TestManyCauses(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	l := eventlog.New(p.Logger, eventlog.Options{})
	fail := func(after time.Duration) {
		for i := range 1000 {
			word := string([]rune{'a' + rune(i/100), 'a' + rune(i/10%10), 'a' + rune(i%10)})
			l.Observe(event(supervisor.InputFailed, after, errors.New(word)))
		}
	}
	fail(0)
	require.Len(t, p.lines(), 101)
	fail(5 * time.Second)
	require.Empty(t, p.lines())
	fail(20 * time.Second)
	require.Len(t, p.lines(), 101)
}

func TestNothingHeldBack(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	l := eventlog.New(p.Logger, eventlog.Options{Interval: -1})
	for range 3 {
		l.Observe(crashed(1, 0))
	}
	require.Len(t, p.lines(), 3)
}

// TestCrashLoop: a loop is told of ever less, its end always, and after good times a
// crash is news again.
func TestCrashLoop(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	l := eventlog.New(p.Logger, eventlog.Options{})
	var told []int
	tell := func(from, to int) {
		for s := from; s <= to; s += 5 {
			l.Observe(crashed(1, time.Duration(s)*time.Second))
			if len(p.lines()) > 0 {
				told = append(told, s)
			}
		}
	}
	l.Observe(event(supervisor.CrashLoopOpened, 0, errors.New("no luck")))
	require.Len(t, p.lines(), 1)
	tell(0, 1000)
	require.Equal(t, []int{0, 20, 60, 140, 300, 620}, told)

	l.Observe(event(supervisor.CrashLoopClosed, 1000*time.Second, nil))
	require.Equal(t, []string{`level=INFO msg="crash loop is over" function=resize`}, p.lines())
	told = nil
	tell(1005, 1010)
	require.Empty(t, told, "not calm yet")
	tell(2300, 2320)
	require.Equal(t, []int{2300, 2310, 2320}, told)
}

// TestCrashLoopsInARow: a function that falls into a loop again and again does not fill the log; each loop that is
// told of is told to be over.
func TestCrashLoopsInARow(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	l := eventlog.New(p.Logger, eventlog.Options{})
	for s := 0; s < 3600; s += 15 {
		l.Observe(event(supervisor.CrashLoopOpened, time.Duration(s)*time.Second, errors.New("no luck")))
		l.Observe(event(supervisor.CrashLoopClosed, time.Duration(s+5)*time.Second, nil))
	}
	lines := p.lines()
	require.Less(t, len(lines), 25)
	for i, line := range lines {
		require.Contains(t, line, []string{"starts are slowed", "is over"}[i%2])
	}
	l.Observe(event(supervisor.FunctionStopped, time.Hour, nil))
	l.Observe(event(supervisor.CrashLoopOpened, 9*time.Hour, errors.New("no luck")))
	require.Len(t, p.lines(), 2)
}

// TestLevels: what is not logged is not counted as held back either.
func TestLevels(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	l := eventlog.New(p.Logger, eventlog.Options{})
	for range 3 {
		l.Observe(event(supervisor.InputRetried, 0, errors.New("no luck")))
	}
	l.Observe(event(supervisor.RunEnded, 0, nil))
	require.Equal(t, []string{`level=INFO msg="run ended" function=resize`}, p.lines())
}
