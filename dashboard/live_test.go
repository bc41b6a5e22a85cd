package dashboard

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// follow opens the stream of a page.
func follow(t *testing.T, client *http.Client, url string) (*http.Response, *bufio.Reader) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	r.Header.Set("Accept", "text/event-stream")
	res, err := client.Do(r)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	t.Cleanup(func() { res.Body.Close() })
	return res, bufio.NewReader(res.Body)
}

// frame reads the next frame.
func frame(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			return data
		}
	}
}

func TestStreamOfAPage(t *testing.T) {
	t.Parallel()
	s := newShelf()
	d := over(s, Options{})
	defer d.Close()
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	_, first := follow(t, server.Client(), server.URL+"/runs/1")
	got := frame(t, first)
	for _, part := range []string{"loop", "run", "causes", "charts", "containers", "crashes", "on", "settings"} {
		require.Contains(t, got, `"part-`+part+`":"`)
	}
	require.Contains(t, got, "is crash-looping")

	// All that have the same page open share its rendering, and a filter makes it another page.
	before := s.looked.Load()
	for range 20 {
		_, r := follow(t, server.Client(), server.URL+"/runs/1?said=reset&unknown=1")
		frame(t, r)
	}
	require.EqualValues(t, before+20, s.looked.Load(), "once each to see that it is there, and never to render it")
	_, other := follow(t, server.Client(), server.URL+"/runs/1/inputs?state=failed")
	require.Contains(t, frame(t, other), `"part-inputs":"`)
}

func TestCloseEndsStreams(t *testing.T) {
	t.Parallel()
	d := over(newShelf(), Options{})
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	_, r := follow(t, server.Client(), server.URL+"/")
	frame(t, r)
	d.Close()
	_, err := r.ReadString(0)
	require.Error(t, err, "the end of the stream")
	res, err := server.Client().Get(server.URL + "/")
	require.NoError(t, err)
	require.Contains(t, body(t, res), "resize-images", "what is known is still shown")
}

// wide is a source whose pages are larger than what the kernel takes for somebody who does
// not read, and change with each look.
type wide struct{ *shelf }

func (w wide) Version(uint64) uint64 { return w.version.Add(1) }

// A tab that does not read is dropped, and the others see nothing of it.
func TestStuckTab(t *testing.T) {
	t.Parallel()
	d := over(wide{newShelf()}, Options{Title: "x"})
	defer d.Close()
	d.hub.Every, d.hub.Patience = time.Millisecond, 100*time.Millisecond // how long is not the matter
	handled := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Stuck") != "" {
			defer close(handled)
		} else {
			w = patient{w}
		}
		d.ServeHTTP(w, r)
	}))
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(1) // the kernel takes megabytes otherwise
		return ctx
	}
	server.Start()
	t.Cleanup(server.Close)
	c, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.(*net.TCPConn).SetReadBuffer(1))
	_, err = fmt.Fprint(c, "GET /runs/1 HTTP/1.1\r\nHost: x\r\nStuck: yes\r\nAccept: text/event-stream\r\n\r\n")
	require.NoError(t, err)
	_, r := follow(t, server.Client(), server.URL+"/runs/1")
	frame(t, r)
	<-handled
	frame(t, r)
	frame(t, r)
}

// patient is a writer without deadlines.
type patient struct{ w http.ResponseWriter }

func (p patient) Header() http.Header         { return p.w.Header() }
func (p patient) WriteHeader(status int)      { p.w.WriteHeader(status) }
func (p patient) Write(b []byte) (int, error) { return p.w.Write(b) }
func (p patient) Flush()                      { p.w.(http.Flusher).Flush() }

func TestStreamEndsWithItsRun(t *testing.T) {
	t.Parallel()
	s := newShelf()
	gone := &forgetful{shelf: s}
	d := over(gone, Options{})
	defer d.Close()
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	_, r := follow(t, server.Client(), server.URL+"/runs/3")
	frame(t, r)
	gone.forgot.Store(true)
	s.version.Add(1)
	rest := new(strings.Builder)
	_, err := r.WriteTo(rest)
	require.NoError(t, err, "ended in order")
	require.Contains(t, rest.String(), "event: gone\n")
}

func serving(t *testing.T, d *Dashboard) (url string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- d.Serve(ctx, l) }()
	return "http://" + l.Addr().String(), func() error {
		cancel()
		return <-served
	}
}
