package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipes is a listener without a network, so that client and server fit into a bubble,
// where their waiting takes no time.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// play serves in a bubble until ctx ends, and returns what was said.
func play(ctx context.Context, t *testing.T, c config) string {
	t.Helper()
	p := newPipes()
	var b strings.Builder
	transport := &http.Transport{DialContext: p.dial, MaxIdleConnsPerHost: c.clients}
	require.NoError(t, serve(ctx, c, p, transport, &b), "%s", &b)
	return b.String()
}

func requireInOrder(t *testing.T, said string, parts ...string) {
	t.Helper()
	rest := said
	for _, part := range parts {
		_, after, found := strings.Cut(rest, part)
		require.True(t, found, "%q comes next in:\n%s", part, said)
		rest = after
	}
}

func TestOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// The outage takes a quarter of that. When all of many containers crash at once, starts run into their limit
		// before they have crashed often enough to be taken for a crash loop: some 3 s with 16.
		said := play(t.Context(), t, config{duration: 24 * time.Second, clients: 28})
		requireInOrder(t, said,
			"the model breaks", "crash-looping for ", "next start in ", "the model is whole again",
			"  200: ", " containers\n", // without a crash loop
			"\nanswers\n", " 200 OK\n", " 429 Too Many Requests\n", " 503 Service Unavailable\n", " 504 Gateway Timeout\n",
			", 0 without an answer\n")
	})
}

// Ctrl-C in the middle of the outage: nobody is left without an answer.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 4*time.Second, context.Canceled)
		defer cancel()
		began := time.Now()
		said := play(ctx, t, config{duration: 12 * time.Second, clients: 28})
		require.Contains(t, said, ", 0 without an answer\n")
		require.Less(t, time.Since(began), 12*time.Second)
	})
}

// The same over TCP, interrupted before it begins.
func TestRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var b strings.Builder
	require.NoError(t, run(ctx, config{duration: time.Hour, clients: 4}, &b))
	require.Contains(t, b.String(), "0 requests, 0 without an answer\n")
}

// A request that finds no server is not passed over.
func TestLostRequests(t *testing.T) {
	t.Parallel()
	p := newPipes()
	require.NoError(t, p.Close())
	var tally tally
	status, _, err := ask(&http.Client{Transport: &http.Transport{DialContext: p.dial}}, "http://pipe", 1)
	tally.count(status, err)
	require.ErrorIs(t, tally.check(), net.ErrClosed)
	require.ErrorContains(t, tally.check(), "1 requests got no answer")
}

func TestRefusedFlags(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]config{
		"-for 0s":    {clients: 1},
		"-clients 0": {duration: time.Second},
	} {
		require.ErrorContains(t, run(t.Context(), c, io.Discard), want)
	}
}
