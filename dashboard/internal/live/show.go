package live

import (
	"bytes"
	"encoding/json"
	"sync"
	"time"
)

// show is a page that some tabs have open.
type show struct {
	feed  Feed
	start string        // of the program
	tabs  int           // kept by the hub
	done  chan struct{} // closed when there are none any more

	mu      sync.Mutex
	now     *frame        // nil before the first
	changed chan struct{} // closed when there is another
}

// frame is a page at one moment, in the form in which it is sent. Tabs share it.
type frame struct {
	number uint64 // from 1
	parts  map[string]string
	whole  []byte // all parts
	delta  []byte // what differs from the frame before
	gone   bool
}

// soon is for how many ticks in a row a change is rendered at once. After that it is at every other tick, until there is
// none: what happens now and then is seen soon, and what changes all the time costs half, here and in the tab.
const soon = 4

// render renders the page while somebody has it open.
func (s *show) render(every time.Duration, quit <-chan struct{}) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	seen, changes, rests := uint64(0), 0, false
	for first := true; ; first = false {
		// The version comes first: what changes while the page is rendered is for the next time.
		v := s.feed.Version()
		switch {
		case rests:
			rests = false
		case !first && v == seen:
			changes = 0
		default:
			seen, changes = v, changes+1
			rests = changes > soon
			if !s.publish(s.feed.Render()) {
				return
			}
		}
		select {
		case <-ticker.C:
		case <-s.done:
			return
		case <-quit:
			return
		}
	}
}

// publish shows the tabs what has been rendered, if it differs from what they have. It reports
// whether there may be more.
func (s *show) publish(parts map[string]string, ok bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := &frame{number: 1, parts: parts, gone: !ok}
	if s.now != nil {
		next.number = s.now.number + 1
		changed := differing(s.now.parts, parts)
		if ok && len(changed) == 0 {
			return true
		}
		if ok {
			next.delta = s.encode(changed)
		}
	}
	if ok {
		next.whole = s.encode(differing(nil, parts))
		if next.delta == nil {
			next.delta = next.whole
		}
	}
	s.now = next
	close(s.changed)
	s.changed = make(chan struct{})
	return ok
}

// differing is what has changed, as it is sent.
func differing(old, fresh map[string]string) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for id, part := range fresh {
		if was, known := old[id]; !known || was != part {
			out[id] = patch(was, part)
		}
	}
	return out
}

// encode writes parts as one line of JSON, with the time by which they count and the start of the program.
func (s *show) encode(parts map[string]json.RawMessage) []byte {
	return append(encoded(frameJSON{time.Now().UnixMilli(), s.start, parts}), '\n')
}

// frameJSON is a frame as it is sent.
type frameJSON struct {
	Now   int64                      `json:"now"`
	Start string                     `json:"start,omitempty"`
	Parts map[string]json.RawMessage `json:"parts,omitempty"`
}

// encoded is JSON as it is sent: HTML that is not within a page.
func encoded(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // never: numbers and strings
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// look is the page now, and what tells of the next frame.
func (s *show) look() (*frame, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now, s.changed
}

// message is what a tab is sent that has seen the frame with a number.
func (f *frame) message(seen uint64) []byte {
	if f.number == seen+1 {
		return f.delta
	}
	return f.whole
}
