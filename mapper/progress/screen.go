package progress

import (
	"io"
	"os"
	"slices"
	"time"

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

// sizeOf is how to find the size of a terminal, which may change at any time.
func sizeOf(f *os.File) func() (width, height int) {
	return func() (int, int) {
		width, height, err := term.GetSize(int(f.Fd()))
		if err != nil || width <= 0 || height <= 0 {
			return 80, 24
		}
		return width, height
	}
}

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
		_, _ = io.WriteString(p.out, line(w.look(now))+"\n")
	}
}

func (p *plain) close() {}
