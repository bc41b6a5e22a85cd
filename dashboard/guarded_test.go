package dashboard

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMountedHosts: a dashboard in another server's tree is not reached by the name of a web page either.
func TestMountedHosts(t *testing.T) {
	t.Parallel()
	server := mounted(t, over(newShelf(), Options{AllowActions: true, Hosts: []string{"ops.example"}}))
	for host, want := range map[string]int{
		"":                  http.StatusOK, // the address
		"localhost:7070":    http.StatusOK,
		"resize.localhost":  http.StatusOK,
		"OPS.example:443":   http.StatusOK,
		"192.0.2.7":         http.StatusOK,
		"evil.example":      http.StatusMisdirectedRequest,
		"evil.example:7070": http.StatusMisdirectedRequest,
		"localhost.evil":    http.StatusMisdirectedRequest,
	} {
		for _, path := range []string{"/", "/runs/1", "/api/v1/runs", "/metrics", "/readyz", "/static/live.js", "/nowhere"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/long/shore"+path, nil)
			require.NoError(t, err)
			r.Host = host
			res, err := server.Client().Do(r)
			require.NoError(t, err)
			_ = body(t, res)
			require.Equal(t, want == http.StatusMisdirectedRequest, res.StatusCode == http.StatusMisdirectedRequest, "%s %s", host, path)
		}
	}
}

// TestHeadOfAStream: it has the head of a stream and an end, for more of them than there may be tabs.
func TestHeadOfAStream(t *testing.T) {
	t.Parallel()
	server := mounted(t, over(newShelf(), Options{}))
	for range 510 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+"/long/shore/runs/1", nil)
		require.NoError(t, err)
		r.Header.Set("Accept", "text/event-stream")
		res, err := server.Client().Do(r)
		require.NoError(t, err)
		require.Empty(t, body(t, res))
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	}
	_, r := follow(t, server.Client(), server.URL+"/long/shore/runs/1")
	require.Contains(t, frame(t, r), "is crash-looping")
}

// wire is a connection to a server in a bubble.
func wire(t *testing.T, h http.Handler) net.Conn {
	t.Helper()
	near, far := net.Pipe()
	l := &single{conn: make(chan net.Conn, 1), closed: make(chan struct{})}
	l.conn <- far
	server := &http.Server{Handler: h}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		near.Close()
		_ = server.Shutdown(context.WithoutCancel(t.Context()))
		<-served
	})
	return near
}

// single is a listener with one connection.
type single struct {
	conn   chan net.Conn
	closed chan struct{}
}

func (l *single) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *single) Close() error   { close(l.closed); return nil }
func (l *single) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// TestSlowBodies: a body that does not come holds its connection for some seconds, wherever it is sent, and does nothing.
func TestSlowBodies(t *testing.T) {
	for name, c := range map[string]struct{ method, path, header string }{
		"an action":      {"POST", "/runs/1/stop", ""},
		"another origin": {"POST", "/runs/1/stop", "Sec-Fetch-Site: cross-site\r\n"},
		"no such run":    {"POST", "/runs/9/stop", ""},
		"the API":        {"POST", "/api/v1/runs", ""},
		"nowhere":        {"PUT", "/nowhere", ""},
		"a page":         {"GET", "/runs/1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShelf()
				d := over(s, Options{AllowActions: true})
				t.Cleanup(d.Close)
				conn := wire(t, d)
				began := time.Now()
				_, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nhow=n", c.method, c.path, c.header)
				require.NoError(t, err)
				_, _ = io.Copy(io.Discard, bufio.NewReader(conn)) // until the server ends it
				require.LessOrEqual(t, time.Since(began), 11*time.Second)
				require.Empty(t, s.view.done())
			})
		})
	}
}

// TestHalfAForm: what is cut short does not count as a form that says less.
func TestHalfAForm(t *testing.T) {
	t.Parallel()
	s := newShelf()
	server := mounted(t, over(s, Options{AllowActions: true}))
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprint(conn, "POST /long/shore/runs/1/stop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nhow=d")
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Contains(t, body(t, res), "cannot be read")
	require.Equal(t, http.StatusBadRequest, res.StatusCode)

	res, err = http.Post(server.URL+"/long/shore/runs/1/stop", "application/x-www-form-urlencoded", strings.NewReader("how="+strings.Repeat("n", 17<<10)))
	require.NoError(t, err)
	_ = body(t, res)
	require.Equal(t, http.StatusBadRequest, res.StatusCode)
	require.Empty(t, s.view.done())
}

// TestStopOnce: while a function drains, nobody starts another drain of it, and it can still be told to end now.
func TestStopOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		s.view.function, s.view.hold = true, make(chan struct{})
		d := over(s, Options{AllowActions: true})
		for _, how := range []string{"drain", "drain", "drain", "now", "now"} {
			require.Equal(t, http.StatusSeeOther, answer(d, post("/runs/1/stop", map[string][]string{"how": {how}})).Code)
			synctest.Wait()
		}
		require.Equal(t, []string{"stop", "stop now"}, s.view.done())
		close(s.view.hold)
	})
}
