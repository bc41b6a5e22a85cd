package live

import (
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Wanted reports that a request asks for the stream of a page, and not for the page: they have
// the same URL, so that a filter is in one place.
func Wanted(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "text/event-stream")
}

// Serve sends the page with that key until the tab, the hub or the page ends. Requests with the
// same key share one feed: that of the first.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, key string, feed Feed) {
	if r.Method == http.MethodHead {
		head(w) // and no stream: whoever asks for a head waits for the end
		return
	}
	s, ok := h.join(key, feed)
	if !ok {
		http.Error(w, "no more live pages: the program ends, or too many are open", http.StatusServiceUnavailable)
		return
	}
	defer h.leave(key, s)
	t := tab{w: w, rc: http.NewResponseController(w), patience: cmp.Or(h.Patience, defaultPatience)}
	if t.zip = h.zip(w, r); t.zip != nil {
		defer h.unzip()
		defer t.end()
	}
	if !t.begin() {
		w.Header().Del("Content-Encoding")
		http.Error(w, "this server cannot stream", http.StatusNotImplemented)
		return
	}
	beat := time.NewTicker(cmp.Or(h.Beat, defaultBeat))
	defer beat.Stop()
	for {
		f, changed := s.look()
		if !t.follow(f) {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
			t.send(fmt.Sprintf("event: beat\ndata: %s\n", s.encode(nil)))
		case <-r.Context().Done():
			return
		case <-h.quit:
			return
		}
	}
}

// tab is a page that is open somewhere.
type tab struct {
	w        http.ResponseWriter
	rc       *http.ResponseController
	zip      *gzip.Writer // nil: it is sent as it is
	patience time.Duration
	seen     uint64 // the number of the frame that it has
	failed   error
}

// head is that of a stream.
func head(w http.ResponseWriter) {
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no") // a proxy that collects output would hold frames back
}

// begin reports whether there is a way to stream. The deadlines of the server are for
// requests that end.
func (t *tab) begin() bool {
	head(t.w)
	t.w.Header().Add("Vary", "Accept-Encoding")
	if t.zip != nil {
		t.w.Header().Set("Content-Encoding", "gzip")
	}
	_ = t.rc.SetReadDeadline(time.Time{})
	t.extend()
	return !errors.Is(t.rc.Flush(), http.ErrNotSupported)
}

// follow sends what the tab has not seen. It reports whether to go on.
func (t *tab) follow(f *frame) bool {
	switch {
	case f == nil || f.number == t.seen:
	case f.gone:
		t.send("event: gone\ndata: {}\n\n")
		return false
	default:
		t.send(fmt.Sprintf("id: %d\ndata: %s\n", f.number, f.message(t.seen)))
		t.seen = f.number
	}
	return t.failed == nil
}

// send writes at most for as long as there is patience.
func (t *tab) send(s string) {
	if t.failed != nil {
		return
	}
	t.extend()
	if t.failed = t.write(s); t.failed == nil {
		t.failed = t.rc.Flush()
	}
}

func (t *tab) write(s string) error {
	if t.zip == nil {
		_, err := io.WriteString(t.w, s)
		return err
	}
	_, err := io.WriteString(t.zip, s)
	return errors.Join(err, t.zip.Flush())
}

// end ends a compressed stream, so that its reader knows that it has all of it.
func (t *tab) end() {
	if t.failed == nil {
		t.extend()
		_ = t.zip.Close() // an error means that nobody reads
	}
}

// extend gives the next write its time. Where deadlines are not supported, a tab that does not
// read lasts as long as its connection.
func (t *tab) extend() { _ = t.rc.SetWriteDeadline(time.Now().Add(t.patience)) }
