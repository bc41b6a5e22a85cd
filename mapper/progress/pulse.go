package progress

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/longshore-go/longshore/internal/console"
)

// pulse draws again and again, from the beginning of the first run to the end of the last. It
// is joined by whoever ends that.
type pulse struct {
	out    io.Writer
	before <-chan struct{} // closed when the pulse before has left the terminal
	ends   sync.WaitGroup  // those who remove something
	quit   chan struct{}
	done   chan struct{}
	give   func() // gives back what is taken of the console

	mu     sync.Mutex // held while something is written
	screen screen
	text   lineBuffer
	over   bool
}

var errOver = errors.New("progress: over")

func startPulse(b *Bars) *pulse {
	p := &pulse{out: b.out, before: b.last, screen: b.open(), quit: make(chan struct{}), done: make(chan struct{}), give: func() {}}
	if b.takes {
		p.give = console.Take(b)
	}
	go p.beat(b)
	return p
}

// take takes the terminal, which is given back by unlocking mu.
func (p *pulse) take() {
	<-p.before
	p.mu.Lock()
}

// join waits for the end of one that was told to end; nil is none.
func (p *pulse) join() {
	if p != nil {
		<-p.done
	}
}

func (p *pulse) beat(b *Bars) {
	defer close(p.done)
	ticker := time.NewTicker(b.every)
	defer ticker.Stop()
	p.show(b.shownBy(p))
	for {
		select {
		case <-ticker.C:
			all := b.shownBy(p)
			p.show(all)
			p.refresh()
			for _, w := range all {
				if w.lost() {
					b.end(w) // where it was the last, that is the end of this goroutine
				}
			}
		case <-p.quit:
			p.ends.Wait()
			p.close()
			return
		}
	}
}

// show adds to the screen what is not on it. A run that has ended since is not to come back.
func (p *pulse) show(all []*watched) {
	p.take()
	defer p.mu.Unlock()
	for _, w := range all {
		if !w.shown && !w.gone {
			w.shown = true
			p.screen.add(w)
		}
	}
}

func (p *pulse) refresh() {
	p.take()
	defer p.mu.Unlock()
	if !p.over {
		p.screen.refresh()
	}
}

// remove takes w off the screen and prints its summary.
func (p *pulse) remove(w *watched) {
	p.take()
	defer p.mu.Unlock()
	if w.shown {
		p.screen.remove(w)
	}
	w.gone = true
	_ = p.screen.print([]byte(w.summary(time.Now())))
}

// write prints the lines that text completes.
func (p *pulse) write(text []byte) error {
	p.take()
	defer p.mu.Unlock()
	if p.over {
		return errOver
	}
	return p.screen.print(p.text.add(text))
}

// close ends the drawing. What was begun of a line is printed without an end: the rest may come yet.
func (p *pulse) close() {
	p.give()
	p.take()
	defer p.mu.Unlock()
	p.over = true
	p.screen.close()
	p.screen = nil
	if len(p.text.begun) > 0 {
		_, _ = p.out.Write(p.text.begun)
	}
}
