package progress

import (
	"cmp"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// Options says how progress is shown. The zero value works.
type Options struct {
	// Refresh is how often bars are drawn, if they have changed. Zero means every 200 ms.
	Refresh time.Duration

	// Interval between two lines of a run where the output is no terminal. Zero means 10 s.
	Interval time.Duration

	// Plain prints such lines on a terminal, too. False means bars.
	Plain bool

	// NoColor means no colour, as the variable NO_COLOR does. False means colour on a
	// terminal.
	NoColor bool
}

const (
	defaultRefresh  = 200 * time.Millisecond
	defaultInterval = 10 * time.Second
)

// Bars is a [mapper.Watcher] that shows progress. It may be given to several runs and functions at
// once. Its methods are safe for concurrent use.
//
// Nothing is drawn, and no goroutine lives, but while some run or function does.
type Bars struct {
	out   io.Writer
	every time.Duration
	open  func() screen
	takes bool // lines that the program has given no place go above the bars

	mu      sync.Mutex          // never held while something is written
	watched map[uint64]*watched // by their number, while they last
	pulse   *pulse              // while there are some
	last    <-chan struct{}     // closed when the pulse before has left the terminal
	closed  bool
}

// New returns bars on out, which is os.Stderr most of the time: results belong on os.Stdout.
// Everything else that is written to the same terminal should be written to the Bars. What worker processes print
// is, unless process.Options.Log says otherwise. An output that fails, or panics, keeps nobody from anything.
func New(out io.Writer, opts Options) *Bars {
	nobody := make(chan struct{})
	close(nobody)
	b := &Bars{out: output{out}, watched: map[uint64]*watched{}, last: nobody}
	if f, ok := out.(*os.File); ok && !opts.Plain && isTerminal(f) {
		b.every = refresh(opts)
		b.takes = f == os.Stderr || isTerminal(os.Stderr)
		b.open = func() screen { return newTerminal(b.out, sizeOf(f), colourful(opts)) }
	} else {
		b.every = cmp.Or(max(opts.Interval, 0), defaultInterval)
		b.open = func() screen { return &plain{out: b.out} }
	}
	return b
}

func refresh(opts Options) time.Duration { return cmp.Or(max(opts.Refresh, 0), defaultRefresh) }

// Wants chooses the events that a summary is made of. How far a run is, is asked of its View.
func (b *Bars) Wants(kind supervisor.Kind) bool {
	switch kind {
	case supervisor.RunEnded, supervisor.FunctionStopped,
		supervisor.InputFailed, supervisor.ContainerCrashed, supervisor.AttemptsEnded:
		return true
	}
	return false
}

// Watch begins to show a run or a function. It is for the mapper to call.
func (b *Bars) Watch(v mapper.View) {
	w := newWatched(v)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	b.watched[w.about.ID] = w
	if b.pulse == nil {
		b.pulse = startPulse(b)
	}
	w.pulse = b.pulse
}

// Observe takes an event. It is for the mapper to call. At the end of a run it prints the summary
// before it returns, and so before the run's Wait does.
func (b *Bars) Observe(ev supervisor.Event) {
	b.mu.Lock()
	w := b.watched[cmp.Or(ev.Run, ev.Pool)]
	b.mu.Unlock()
	if w == nil {
		return
	}
	w.note(ev)
	if ev.Kind == supervisor.RunEnded || ev.Kind == supervisor.FunctionStopped {
		b.end(w).join()
	}
}

// Write prints text above the bars, line by line: a line appears when it is complete. What
// is not complete when the last run ends, or at Close, appears then. It blocks until
// the terminal has taken the lines. The error is that of the output.
func (b *Bars) Write(text []byte) (int, error) {
	for {
		b.mu.Lock()
		p, last := b.pulse, b.last
		b.mu.Unlock()
		if p == nil {
			<-last
			return b.out.Write(text)
		}
		if err := p.write(text); err != errOver {
			return len(text), err
		}
	}
}

// Close takes away the bars of what is still under way and prints the summaries as they stand; it
// does not stop anything. Later runs are not shown, and Write goes straight to the output. Who has
// made the Bars closes them, before os.Exit at the latest, for a bar is left where it
// is drawn. Where all runs have ended there is nothing left to do for it. It may be called again. The
// error is always nil.
func (b *Bars) Close() error {
	b.mu.Lock()
	b.closed = true
	p := b.pulse
	b.mu.Unlock()
	for _, w := range b.shownBy(p) {
		b.end(w)
	}
	b.mu.Lock()
	last := b.last
	b.mu.Unlock()
	<-last // also where somebody else has ended it
	return nil
}

// end prints the summary of w, once. It returns who has drawn if w was the last, to be joined.
func (b *Bars) end(w *watched) *pulse {
	p, last := b.forget(w)
	if p == nil {
		return nil
	}
	p.remove(w)
	p.ends.Done()
	if !last {
		return nil
	}
	close(p.quit)
	return p
}

// forget returns who draws w, nil if it is forgotten already, and whether w was the last.
func (b *Bars) forget(w *watched) (p *pulse, last bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watched[w.about.ID] != w {
		return nil, false
	}
	delete(b.watched, w.about.ID)
	p, last = w.pulse, len(b.watched) == 0
	p.ends.Add(1)
	if last {
		b.pulse, b.last = nil, p.done
	}
	return p, last
}

// shownBy is what p shows, or is to show, in order.
func (b *Bars) shownBy(p *pulse) (all []*watched) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.watched {
		if w.pulse == p {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b *watched) int { return cmp.Compare(a.about.ID, b.about.ID) })
	return all
}
