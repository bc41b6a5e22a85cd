package eventlog

import (
	"log/slog"
	"strings"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
	"github.com/longshore-go/longshore/supervisor/event"
)

// Bounds of what is logged, in characters and lines. Handlers escape what they write, but not
// all of them, and none of them is made for a line of a megabyte.
const (
	nameLength  = 100
	causeLength = 1000
	lineLength  = 400
	stackLines  = 40
)

// attrs is what is known of the event, in the words of the design.
func attrs(ev supervisor.Event, why cause.Cause, t turn, stacks bool) []slog.Attr {
	list := make([]slog.Attr, 0, 12)
	add := func(worth bool, attr slog.Attr) {
		if worth {
			list = append(list, attr)
		}
	}
	add(ev.Function != "", slog.String("function", cause.Clean(ev.Function, nameLength)))
	add(ev.Run != 0, slog.Uint64("run", ev.Run))
	add(ev.Container >= 0, slog.Int("container", ev.Container))
	add(ev.Machine != "", slog.String("machine", cause.Clean(ev.Machine, nameLength)))
	add(ev.Input >= 0, slog.Int("input", ev.Input))
	add(ev.Outcome != "", slog.String("outcome", ev.Outcome.Say(ev.Failed, ev.Input)))
	add(ev.Attempt > 0, slog.Int("attempt", ev.Attempt))
	add(ev.Crashes > 0, slog.Int("crashes", ev.Crashes))
	add(!ev.Next.IsZero(), slog.Duration("next_in", max(ev.Next.Sub(ev.Time), 0)))
	add(t.looping && ev.Kind != supervisor.CrashLoopOpened, slog.Bool("crash_looping", true))
	add(ev.Text != "" || ev.Stream != "", slog.String("text", cause.Clean(ev.Text, causeLength)))
	add(ev.Stream != "", slog.String("stream", cause.Clean(ev.Stream, nameLength)))
	if ev.Err != nil {
		crash, _ := guard.As[*supervisor.CrashError](ev.Err)
		list = append(list, slog.String("cause", cause.Clean(says(ev.Err, crash), causeLength)))
		add(why.Frame != "", slog.String("frame", why.Frame))
		if stacks {
			stack, output := traces(ev.Err, crash)
			add(stack != "", slog.String("stack", page(stack)))
			add(output != "", slog.String("stderr", page(output)))
		}
	}
	add(t.suppressed > 0, slog.Int("suppressed", t.suppressed))
	add(ev.Dropped > 0, slog.Int64("dropped", ev.Dropped))
	return list
}

// says is what err says. Of a crash it is the reason: the container and the input are attributes already.
func says(err error, crash *supervisor.CrashError) string {
	if crash != nil && err == error(crash) {
		return crash.Reason()
	}
	return show.Error(err, 0)
}

// traces is where a crash, or the failure of an observer, has happened, and what a process has said last.
func traces(err error, crash *supervisor.CrashError) (stack, output string) {
	if crash != nil {
		return crash.Stack, crash.Output
	}
	if failure, ok := err.(*event.ObserverError); ok {
		return failure.Stack, ""
	}
	return "", ""
}

// page is a text of several lines, cleaned line by line, the first ones of many.
func page(text string) string {
	var b strings.Builder
	lines := 0
	for line := range strings.Lines(text) {
		if lines++; lines > stackLines {
			b.WriteString("…\n")
			break
		}
		if strings.HasPrefix(line, "\t") {
			b.WriteByte('\t')
		}
		b.WriteString(cause.Clean(line, lineLength) + "\n")
	}
	return b.String()
}
