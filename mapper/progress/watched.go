package progress

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

// watched is a run or a function that is shown: what was seen of it, and told of it.
type watched struct {
	view  mapper.View
	pulse *pulse // that draws it
	about mapper.About
	over  bool // it has ended, as the last beat has seen; see lost

	shown, gone bool // on the screen, and taken off it; under the lock of the pulse

	failures, crashes cause.Groups

	mu       sync.Mutex // not held while an error or the view is asked
	pace     pace
	seen     state
	attempts *hdrhistogram.Histogram // how long they took; nil before the first
	slowest  time.Duration
	input    int // that took it; negative where it was one of several
	err      error
	at       int // the input at which it has failed
	dropped  int64
}

func newWatched(v mapper.View) *watched {
	w := &watched{view: v, about: v.About(), at: supervisor.NoInput}
	w.pace.add(w.about.Started, 0)
	return w
}

// Bounds and precision of the histogram: 1 %, 40 KiB.
const (
	shortest = 1
	longest  = int64(24 * time.Hour)
	digits   = 2
)

// note keeps what the summary will say.
func (w *watched) note(ev supervisor.Event) {
	of := cause.Sample{Run: ev.Run, Input: ev.Input, Attempt: ev.Attempt}
	switch ev.Kind {
	case supervisor.InputFailed:
		w.failures.Add(ev.Err, ev.Time, of)
	case supervisor.ContainerCrashed:
		w.crashes.Add(ev.Err, ev.Time, of)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dropped = max(w.dropped, ev.Dropped)
	switch ev.Kind {
	case supervisor.AttemptsEnded:
		w.time(ev)
	case supervisor.RunEnded, supervisor.FunctionStopped:
		w.err, w.at = ev.Err, ev.Input
	}
}

// time notes how long attempts took.
func (w *watched) time(ev supervisor.Event) {
	if w.attempts == nil {
		w.attempts = hdrhistogram.New(shortest, longest, digits)
	}
	took := min(max(int64(ev.Took), shortest), longest)
	_ = w.attempts.RecordValues(took, int64(ev.Count)) // within the bounds it cannot fail
	if ev.Took > w.slowest {
		w.slowest, w.input = ev.Took, ev.Input
		if ev.Count > 1 {
			w.input = supervisor.NoInput
		}
	}
}

// lost reports that w has ended and its last event was dropped: the summary would wait for it
// for ever. The event has the time from one beat to the next. Only the pulse asks.
func (w *watched) lost() bool {
	was := w.over
	select {
	case <-w.view.Done():
		w.over = true
	default:
	}
	return was
}

// sampling is how long what was seen is good enough: lines printed above draw the bars again,
// too, and may come by the thousand.
const sampling = 50 * time.Millisecond

// look is how it stands now.
func (w *watched) look(now time.Time) state {
	if seen, fresh := w.lastSeen(now); fresh {
		return seen
	}
	return w.ask(now)
}

// lastSeen is what was seen last, and reports whether that is good enough.
func (w *watched) lastSeen(now time.Time) (state, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen, w.seen.name != "" && now.Sub(w.pace.last) < sampling
}

// ask asks the view.
func (w *watched) ask(now time.Time) state {
	pool := w.view.Pool()
	s := state{
		name: nameOf(w.about), function: w.about.Function,
		counts: w.view.Counts(), elapsed: now.Sub(w.about.Started), looping: pool.CrashLooping,
	}
	for _, c := range pool.Containers {
		switch {
		case c.State == supervisor.BackingOff:
			s.waiting++
		case c.Crashes > 0 && pool.CrashLooping:
			s.waiting++ // started again, and not proven to be well
		}
	}
	if pool.CrashLooping && pool.Last != nil {
		s.cause = cause.Of(pool.Last).Title
	}
	if !pool.NextStart.IsZero() {
		s.nextStart = pool.NextStart.Sub(now)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pace.add(now, s.worked())
	s.rate = w.pace.perSecond()
	w.seen = s
	return s
}

// nameLength is that of a function, in characters, and in cells.
const nameLength = 20

func nameOf(about mapper.About) string {
	if name := cells.Truncate(cause.Clean(about.Name, nameLength), nameLength, "…"); name != "" {
		return name
	}
	if about.Function {
		return "function"
	}
	return "run"
}
