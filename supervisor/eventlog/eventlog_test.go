package eventlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	events "github.com/longshore-go/longshore/supervisor/event"
	"github.com/longshore-go/longshore/supervisor/eventlog"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// paper is a log without times.
type paper struct {
	bytes.Buffer
	*slog.Logger
}

func newPaper(level slog.Level) *paper {
	p := &paper{}
	p.Logger = slog.New(slog.NewTextHandler(p, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	return p
}

// lines takes what was logged since the last time.
func (p *paper) lines() []string {
	text := strings.TrimSuffix(p.String(), "\n")
	p.Reset()
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// event is one of the function resize, after so long, about nothing yet.
func event(kind supervisor.Kind, after time.Duration, err error) supervisor.Event {
	return supervisor.Event{
		Time: noon.Add(after), Kind: kind, Function: "resize", Pool: 7,
		Container: -1, Lineage: -1, Input: supervisor.NoInput, Err: err,
	}
}

func crashed(input int, after time.Duration) supervisor.Event {
	ev := event(supervisor.ContainerCrashed, after, &supervisor.CrashError{
		Container: 3, Phase: supervisor.PhaseInput, Input: input, Panic: fmt.Sprintf("no pixel %d", input),
		Stack: "example.com/thumbs.crop\n\t/src/crop.go:88\n",
	})
	ev.Container, ev.Input, ev.Crashes, ev.Next = 3, input, 2, ev.Time.Add(4*time.Second)
	return ev
}

// TestLines: what is said of each kind, with all there is to say.
func TestLines(t *testing.T) {
	t.Parallel()
	failed := errors.New("no luck")
	input := func(kind supervisor.Kind, err error) supervisor.Event {
		ev := event(kind, 0, err)
		ev.Run, ev.Input, ev.Attempt, ev.Value = 9, 4, 2, "secret"
		return ev
	}
	container := func(kind supervisor.Kind, err error) supervisor.Event {
		ev := event(kind, 0, err)
		ev.Container, ev.Lineage = 3, 1
		return ev
	}
	run := func(kind supervisor.Kind, err error) supervisor.Event {
		ev := event(kind, 0, err)
		ev.Run = 9
		return ev
	}
	retried := input(supervisor.InputRetried, failed)
	retried.Next = noon.Add(time.Second)
	lossy := run(supervisor.RunEnded, nil)
	lossy.Outcome, lossy.Failed = supervisor.WithFailures, 968
	dropped := run(supervisor.RunEnded, nil)
	dropped.Dropped = 12
	journal := run(supervisor.JournalOpened, nil)
	journal.Count, journal.Text = 3, "resize.db: 3 of 20000 inputs are restored"
	opened := event(supervisor.CrashLoopOpened, 0, failed)
	opened.Text = "32 different inputs were tried since one last finished"
	for _, c := range []struct {
		ev   supervisor.Event
		want string
	}{
		{run(supervisor.FunctionDeployed, nil), `level=INFO msg="function deployed" function=resize run=9`},
		{run(supervisor.FunctionStopped, nil), `level=INFO msg="function stopped" function=resize run=9`},
		{run(supervisor.FunctionStopped, failed), `level=WARN msg="function stopped early" function=resize run=9 cause="no luck"`},
		{run(supervisor.RunStarted, nil), `level=DEBUG msg="run started" function=resize run=9`},
		{journal, `level=INFO msg="journal opened" function=resize run=9 text="resize.db: 3 of 20000 inputs are restored"`},
		{run(supervisor.RunEnded, failed), `level=WARN msg="run ended early" function=resize run=9 cause="no luck"`},
		{lossy, `level=WARN msg="run ended" function=resize run=9 outcome="completed with 968 failures"`},
		{dropped, `level=INFO msg="run ended" function=resize run=9 dropped=12`},
		{container(supervisor.ContainerStarted, nil), `level=DEBUG msg="container started" function=resize container=3`},
		{container(supervisor.ContainerReady, nil), `level=DEBUG msg="container ready" function=resize container=3`},
		{container(supervisor.ContainerStopped, nil), `level=DEBUG msg="container stopped" function=resize container=3`},
		{container(supervisor.ContainerAbandoned, nil), `level=WARN msg="container abandoned: it ignores that its context has ended" function=resize container=3`},
		{container(supervisor.ExitFailed, failed), `level=WARN msg="exit of a container failed" function=resize container=3 cause="no luck"`},
		{
			crashed(5, 0), `level=WARN msg="container crashed" function=resize container=3 input=5 crashes=2 next_in=4s ` +
				`cause="panic: no pixel 5" frame="thumbs.crop (crop.go:88)" stack="example.com/thumbs.crop\n\t/src/crop.go:88\n"`,
		},
		{
			event(supervisor.Cutoff, 0, &supervisor.CutoffError{Rule: policy.RuleCold, Crashes: 5, Last: &supervisor.CrashError{Exit: 3}}),
			`level=ERROR msg="gave up: crashes outweigh progress" function=resize cause="supervisor: crashes outweigh progress (cold: no container has ever come to work; 5 crashes), last: supervisor: container 0 crashed: exit code 3"`,
		},
		{opened, `level=ERROR msg="crash loop: starts are slowed" function=resize text="32 different inputs were tried since one last finished" cause="no luck"`},
		{event(supervisor.CrashLoopClosed, 0, nil), `level=INFO msg="crash loop is over" function=resize`},
		{retried, `level=DEBUG msg="input retried" function=resize run=9 input=4 attempt=2 next_in=1s cause="no luck"`},
		{input(supervisor.InputRerun, failed), `level=DEBUG msg="input re-run" function=resize run=9 input=4 attempt=2 cause="no luck"`},
		{input(supervisor.InputFailed, failed), `level=WARN msg="input failed for good" function=resize run=9 input=4 attempt=2 cause="no luck"`},
		{
			event(supervisor.ObserverFailed, 0, &events.ObserverError{Observer: "main.log", Told: supervisor.RunEnded, Did: "panicked: no room", Stack: "main.f\n"}),
			`level=ERROR msg="an observer failed: it loses events" function=resize cause="event: observer main.log panicked: no room (told of run_ended)" stack="main.f\n"`,
		},
		{supervisor.Event{Kind: "news"}, ""},
	} {
		t.Run(string(c.ev.Kind), func(t *testing.T) {
			t.Parallel()
			p := newPaper(slog.LevelDebug)
			eventlog.New(p.Logger, eventlog.Options{}).Observe(c.ev)
			require.Equal(t, c.want, strings.Join(p.lines(), "\n"))
		})
	}
}

func TestPrinted(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelInfo)
	quiet, loud := eventlog.New(p.Logger, eventlog.Options{}), eventlog.New(p.Logger, eventlog.Options{Printed: true})
	require.False(t, quiet.Wants(supervisor.ContainerPrinted))
	require.True(t, loud.Wants(supervisor.ContainerPrinted))
	require.False(t, loud.Wants(supervisor.AttemptsEnded))
	require.True(t, quiet.Wants(supervisor.InputRetried))
	ev := event(supervisor.ContainerPrinted, 0, nil)
	ev.Container, ev.Text, ev.Stream = 2, "half \x1b[1mway\x1b[0m", "stderr"
	loud.Observe(ev)
	loud.Observe(ev)
	line := `level=INFO msg="container printed" function=resize container=2 text="half way" stream=stderr`
	require.Equal(t, []string{line, line}, p.lines())
}

// TestHostile: what an error, a name or a worker says cannot break a line, nor be as long as it likes.
func TestHostile(t *testing.T) {
	t.Parallel()
	evil := strings.Repeat("\x1b[31mred\n\x00", 1<<17)
	var out bytes.Buffer
	ev := event(supervisor.ContainerCrashed, 0, &supervisor.CrashError{Panic: evil, Stack: evil, Output: evil})
	ev.Function, ev.Text, ev.Stream = evil, evil, evil
	// A handler that escapes nothing, as the coloured ones do.
	l := eventlog.New(slog.New(slog.NewJSONHandler(&out, nil)), eventlog.Options{})
	l.Observe(ev)
	require.Less(t, out.Len(), 50_000)
	require.NotContains(t, out.String(), `\u001b`)
	require.NotContains(t, out.String(), `\u0000`)

	l.Observe(event(supervisor.InputFailed, 0, (*supervisor.CrashError)(nil)))
	require.Contains(t, out.String(), "input failed for good")
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	p := newPaper(slog.LevelWarn)
	l := eventlog.New(p.Logger, eventlog.Options{})
	var pools sync.WaitGroup
	for i := range 4 {
		events := supervisor.NewEvents(l, uint64(i), "resize", 1)
		pools.Go(func() {
			for n := range 100 {
				ev := crashed(n, 0)
				events.Emit(ev)
			}
			events.Close(time.Minute)
		})
	}
	pools.Wait()
	require.Len(t, p.lines(), 1)
}

// TestDefault: a nil logger is the default one at each event, not that of the beginning.
func TestDefault(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	l := eventlog.New(nil, eventlog.Options{})
	p := newPaper(slog.LevelInfo)
	slog.SetDefault(p.Logger)
	l.Observe(crashed(1, 0))
	require.Len(t, p.lines(), 1)
}
