package live

import (
	"cmp"
	"sync"
	"time"

	"github.com/sourcegraph/conc"
)

// Feed is what a page shows.
type Feed struct {
	// Version changes when there is something to render.
	Version func() uint64
	// Render makes the parts of the page, by the ids of the elements that they fill. It
	// reports false when there is nothing to show any more.
	Render func() (parts map[string]string, ok bool)
}

// Hub has the open pages. The zero value works. Its methods are safe for concurrent use.
type Hub struct {
	Start    string        // what tells this start of the program from others; a tab is told with each frame
	Every    time.Duration // between renderings at least, twice that while all of them bring something new; 0 means 500 ms
	Beat     time.Duration // between signs of life at most; 0 means 15 s
	Patience time.Duration // with a tab that does not read; 0 means 10 s
	Tabs     int           // at most; 0 means 500

	mu        sync.Mutex
	shows     map[string]*show
	tabs      int
	zips      int // of them, those that are sent compressed streams
	closed    bool
	quit      chan struct{} // closed by Close
	renderers conc.WaitGroup
}

const (
	defaultEvery    = 500 * time.Millisecond
	defaultBeat     = 15 * time.Second
	defaultPatience = 10 * time.Second
	defaultTabs     = 500
)

// join adds a tab to those that have a page open. The first of them starts its renderer.
func (h *Hub) join(key string, feed Feed) (*show, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.init()
	if h.closed || h.tabs >= cmp.Or(h.Tabs, defaultTabs) {
		return nil, false
	}
	h.tabs++
	s := h.shows[key]
	if s == nil {
		s = &show{feed: feed, start: h.Start, done: make(chan struct{}), changed: make(chan struct{})}
		h.shows[key] = s
		h.renderers.Go(func() { s.render(cmp.Or(h.Every, defaultEvery), h.quit) })
	}
	s.tabs++
	return s, true
}

// leave is the end of a tab. The last one ends the renderer.
func (h *Hub) leave(key string, s *show) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tabs--
	if s.tabs--; s.tabs == 0 {
		delete(h.shows, key)
		close(s.done)
	}
}

func (h *Hub) init() {
	if h.shows == nil {
		h.shows, h.quit = map[string]*show{}, make(chan struct{})
	}
}

// Close ends all streams and refuses new ones. It waits for what is being rendered, and panics with
// what that has panicked with.
func (h *Hub) Close() {
	h.mu.Lock()
	h.init()
	if !h.closed {
		h.closed = true
		close(h.quit)
	}
	h.mu.Unlock()
	h.renderers.Wait()
}
