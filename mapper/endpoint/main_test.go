package endpoint_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipes is a listener without a network, so that client and server fit into a bubble,
// where their waiting takes no time.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// site is a server with a client of its own.
type site struct {
	url    string
	client *http.Client
	server *http.Server
}

// captureLog returns what the server has logged since. It is called before the first request.
func (s *site) captureLog() (logged func() string) {
	var mu sync.Mutex
	var b strings.Builder
	s.server.ErrorLog = log.New(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return b.Write(p)
	}), "", 0)
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return b.String()
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// serve has h served until the end of the test: in a bubble over pipes, outside of one over
// TCP if tcp is true.
func serve(t testing.TB, h http.Handler, tcp bool) *site {
	t.Helper()
	return listen(t, &http.Server{Handler: h}, tcp)
}

// serving has a server over TCP serve until the end of the test, set up as the test wants it.
func serving(t testing.TB, set func(*http.Server)) *site {
	t.Helper()
	server := &http.Server{}
	set(server)
	return listen(t, server, true)
}

func listen(t testing.TB, server *http.Server, tcp bool) *site {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	s := &site{url: "http://site", client: &http.Client{Transport: transport}, server: server}
	var listener net.Listener
	if tcp {
		var err error
		listener, err = net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		s.url = "http://" + listener.Addr().String()
	} else {
		p := &pipes{make(chan net.Conn), make(chan struct{})}
		transport.DialContext = p.dial
		listener = p
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.server.Serve(listener)
	}()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		// Not Close: after a 413 the server lingers on the connection.
		if err := s.server.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return s
}

// response is what a client gets.
type response struct {
	status int
	header http.Header
	body   string
}

// problem is the error object as a client reads it.
type problem struct {
	Error     string
	Offset    *int64
	Field     string
	Cause     string
	Since     time.Time
	NextStart time.Time `json:"next_start"`
}

func (r response) problem(t testing.TB) (p problem) {
	t.Helper()
	require.Equal(t, "application/json", r.header.Get("Content-Type"))
	require.NoError(t, json.Unmarshal([]byte(r.body), &p), "%s", r.body)
	require.NotEmpty(t, p.Error)
	return p
}

func (s *site) post(t testing.TB, body string) response {
	t.Helper()
	return s.do(t, http.MethodPost, "application/json", body)
}

func (s *site) do(t testing.TB, method, contentType, body string) response {
	t.Helper()
	req, err := http.NewRequest(method, s.url, strings.NewReader(body))
	require.NoError(t, err)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return s.send(t, req)
}

func (s *site) send(t testing.TB, req *http.Request) response {
	t.Helper()
	res, err := s.client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return response{res.StatusCode, res.Header, string(answer)}
}

// deploy makes a function that is stopped at the end of the test.
func deploy[In, Out any](t testing.TB, body mapper.Body[In, Out], opts mapper.Options) *mapper.Function[In, Out] {
	t.Helper()
	f, err := mapper.Deploy(context.Background(), body, opts)
	require.NoError(t, err)
	t.Cleanup(func() { stop(f) })
	return f
}

// stop ends the function at once, if it has not ended.
func stop[In, Out any](f *mapper.Function[In, Out]) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = f.Stop(ctx)
}

// handle is New for options that are valid.
func handle[In, Out any](t testing.TB, f *mapper.Function[In, Out], opts endpoint.Options) http.Handler {
	t.Helper()
	h, err := endpoint.New(f, opts)
	require.NoError(t, err)
	return h
}
