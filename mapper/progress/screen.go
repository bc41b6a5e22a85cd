package progress

import (
	"io"
	"os"
	"slices"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// screen is where progress is shown. Its methods are called one at a time, and none after close.
type screen interface {
	add(*watched)
	remove(*watched)
	print(lines []byte) error // whole lines
	refresh()
	close()
}

// isTerminal reports a terminal that bars can be drawn on. Some have no size, as those of a
// container that nobody looks at.
func isTerminal(f *os.File) bool {
	if os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(f.Fd())) {
		return false
	}
	width, height, err := term.GetSize(int(f.Fd()))
	return err == nil && width > 0 && height > 0
}

func colourful(opts Options) bool { return !opts.NoColor && os.Getenv("NO_COLOR") == "" }

// terminal keeps a line for each at the bottom of the terminal. What is hard about that is
// done by mpb; it draws when it is told to, so that what is printed above is on the terminal
// when print returns, and not lost by an os.Exit.
type terminal struct {
	out     io.Writer
	bars    *mpb.Progress
	lines   map[*watched]*mpb.Bar
	draw    chan any
	broken  chan any // closed when mpb has given up, or was closed
	colours bool
}

// barWidth is that of a terminal that has no size.
const barWidth = 80

func newTerminal(out io.Writer, colours bool, more ...mpb.ContainerOption) *terminal {
	t := &terminal{
		out: out, lines: map[*watched]*mpb.Bar{}, draw: make(chan any), broken: make(chan any), colours: colours,
	}
	t.bars = mpb.New(append([]mpb.ContainerOption{
		mpb.WithOutput(out), mpb.WithManualRefresh(t.draw), mpb.WithShutdownNotifier(t.broken),
	}, more...)...)
	return t
}

func (t *terminal) add(w *watched) {
	fill := func(to io.Writer, stat decor.Statistics) error {
		width := stat.AvailableWidth
		if width <= 0 {
			width = barWidth
		}
		_, err := io.WriteString(to, line(w.look(time.Now()), width-1, t.colours)) // in the last column some terminals wrap
		return err
	}
	bar, err := t.bars.Add(0, mpb.BarFillerFunc(fill), mpb.BarFillerTrim(), mpb.BarRemoveOnComplete())
	if err == nil { // else the terminal is gone
		t.lines[w] = bar
	}
}

func (t *terminal) remove(w *watched) {
	if bar := t.lines[w]; bar != nil {
		delete(t.lines, w)
		bar.Abort(true)
		t.refresh() // draws it for the last time
		t.refresh() // without it
		bar.Wait()
	}
}

func (t *terminal) print(lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	if _, err := t.bars.Write(lines); err != nil {
		_, err = t.out.Write(lines)
		return err
	}
	t.refresh()
	return nil
}

// refresh draws, and returns when that is done. mpb takes a request and hands it on: when it takes the
// second one, it has handed on the first; and it writes what it is given next when it has drawn that.
func (t *terminal) refresh() {
	for range 2 {
		select {
		case t.draw <- time.Now():
		case <-t.broken:
			return
		}
	}
	_, _ = t.bars.Write(nil)
}

func (t *terminal) close() { t.bars.Wait() }

// plain prints a line for each now and then.
type plain struct {
	out   io.Writer
	shown []*watched
}

func (p *plain) add(w *watched) { p.shown = append(p.shown, w) }

func (p *plain) remove(w *watched) {
	p.shown = slices.DeleteFunc(p.shown, func(other *watched) bool { return other == w })
}

func (p *plain) print(lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	_, err := p.out.Write(lines)
	return err
}

func (p *plain) refresh() {
	now := time.Now()
	for _, w := range p.shown {
		_, _ = io.WriteString(p.out, line(w.look(now), 0, false)+"\n")
	}
}

func (p *plain) close() {}
