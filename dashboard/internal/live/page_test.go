package live

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// page is something to show.
type page struct {
	mu       sync.Mutex
	version  uint64
	parts    map[string]string
	gone     bool
	rendered atomic.Int64
}

func (p *page) set(id, html string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.version++
	p.parts = maps.Clone(p.parts)
	p.parts[id] = html
}

func (p *page) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.version++
	p.gone = true
}

func (p *page) feed() Feed {
	return Feed{
		Version: func() uint64 {
			p.mu.Lock()
			defer p.mu.Unlock()
			return p.version
		},
		Render: func() (map[string]string, bool) {
			p.rendered.Add(1)
			p.mu.Lock()
			defer p.mu.Unlock()
			return p.parts, !p.gone
		},
	}
}

func newPage() *page { return &page{parts: map[string]string{"a": "<p>a1</p>", "b": "<p>b1</p>"}} }

// reader is the other end of a stream, in memory, so that time can be virtual. One that is
// stuck takes nothing until its deadline.
type reader struct {
	mu       sync.Mutex
	head     http.Header
	got      strings.Builder
	stuck    bool
	deadline time.Time
	status   int
}

func (r *reader) Header() http.Header                { return r.head }
func (r *reader) WriteHeader(status int)             { r.status = status }
func (r *reader) FlushError() error                  { return nil }
func (r *reader) SetReadDeadline(time.Time) error    { return nil }
func (r *reader) SetWriteDeadline(t time.Time) error { r.deadline = t; return nil }

func (r *reader) Write(b []byte) (int, error) {
	if r.stuck {
		time.Sleep(time.Until(r.deadline))
		return 0, os.ErrDeadlineExceeded
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got.Write(b)
}

// take returns what has come since it was last called.
func (r *reader) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.got.Reset()
	return r.got.String()
}

// open opens a tab. The channel is closed when its stream has ended.
func open(ctx context.Context, h *Hub, key string, p *page, r *reader) <-chan struct{} {
	r.head = http.Header{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Serve(r, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil), key, p.feed())
	}()
	return done
}
