package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func options() mapper.Options {
	return mapper.Options{
		Containers:       32,
		Retries:          policy.Retries{MaxRetries: 3, InitialDelay: 50 * time.Millisecond},
		Timeout:          500 * time.Millisecond,
		ReturnExceptions: true,
	}
}

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

// expect is what the schedule makes of a page with three retries.
func expect(s flaky, page int) (why string, attempts int) {
	for attempt := 1; ; attempt++ {
		switch b := s.schedule(uint64(page), attempt); {
		case b == ok:
			return "", attempt
		case b == missing:
			return "404 Not Found", attempt
		case attempt == 4:
			return map[behaviour]string{busy: "503 Service Unavailable", hang: "timed out", reset: "connection lost"}[b], attempt
		}
	}
}

// Every page ends as the schedule demands, after exactly so many attempts.
func TestSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const pages, seed = 500, 3
		listener := newPipes()
		server := &http.Server{Handler: flaky{seed}}
		go func() { _ = server.Serve(listener) }()
		c := client{&http.Client{Transport: &http.Transport{DialContext: listener.dial, MaxIdleConnsPerHost: 32}}}

		urls := make([]string, pages)
		want := &table{settled: make([]int, pages), failed: map[string]int{}}
		for i := range urls {
			urls[i] = fmt.Sprintf("http://pipe/%d", i)
			why, attempts := expect(flaky{seed}, i)
			want.settled[i] = 1
			want.attempts += attempts
			switch {
			case why != "":
				want.failed[why]++
			case attempts == 1:
				want.atOnce++
			default:
				want.later++
			}
		}
		got, err := fetchAll(t.Context(), c, urls, options())
		require.NoError(t, err)
		require.NoError(t, got.check(pages))
		require.Greater(t, got.took, 3*time.Second) // three times Retry-After, in a bubble
		want.took = got.took
		require.Equal(t, want, got)
		require.Len(t, want.failed, 4)

		c.http.CloseIdleConnections()
		require.NoError(t, server.Close())
	})
}

// The same over a real connection, where a reset is a reset.
func TestLoopback(t *testing.T) {
	t.Parallel()
	opts := options()
	opts.Retries.MaxRetries = 0
	var said strings.Builder
	require.NoError(t, run(t.Context(), 50, 1, opts, &said))
	require.Contains(t, said.String(), "ok at the first attempt")
	require.Contains(t, said.String(), "failed: connection lost")
	require.Contains(t, said.String(), "50  URLs, 50 attempts")
}

func TestRefusedFlags(t *testing.T) {
	t.Parallel()
	change := func(change func(*mapper.Options)) mapper.Options {
		o := options()
		change(&o)
		return o
	}
	for want, c := range map[string]struct {
		n    int
		opts mapper.Options
	}{
		"-n 0: ":                {0, options()},
		"-n -5: ":               {-5, options()},
		"-timeout 0: ":          {1, change(func(o *mapper.Options) { o.Timeout = 0 })},
		"invalid Timeout -1ns":  {1, change(func(o *mapper.Options) { o.Timeout = -1 })},
		"invalid Containers -1": {1, change(func(o *mapper.Options) { o.Containers = -1 })},
	} {
		require.ErrorContains(t, run(t.Context(), c.n, 1, c.opts, io.Discard), want)
	}
}

// Ctrl-C leaves no URL without a result either.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var said strings.Builder
	require.NoError(t, run(ctx, 20, 1, options(), &said))
	require.Contains(t, said.String(), "20  failed: cancelled")
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for header, want := range map[string]time.Duration{
			"0":   0,
			"1":   time.Second,
			"120": 2 * time.Minute,
			time.Now().UTC().Add(time.Hour).Format(http.TimeFormat): time.Hour,
		} {
			got, ok := retryAfter(header)
			require.True(t, ok, header)
			require.Equal(t, want, got, header)
		}
		for _, header := range []string{"", "-1", "0.5", "soon", "99999999999999999999"} {
			_, ok := retryAfter(header)
			require.False(t, ok, header)
		}
	})
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code      int
		header    string
		permanent bool
		after     time.Duration
	}{
		{code: 404, permanent: true},
		{code: 301, permanent: true},
		{code: 408},
		{code: 429, header: "2", after: 2 * time.Second},
		{code: 500, header: "2"},
		{code: 503},
		{code: 503, header: "2", after: 2 * time.Second},
	} {
		err := judge(&http.Response{StatusCode: c.code, Header: http.Header{"Retry-After": {c.header}}})
		status, is := errors.AsType[*statusError](err)
		require.True(t, is)
		require.Equal(t, c.code, status.code)
		require.Equal(t, c.permanent, policy.IsPermanent(err), c.code)
		after, _ := policy.RetryDelay(err)
		require.Equal(t, c.after, after, c.code)
	}
	require.NoError(t, judge(&http.Response{StatusCode: http.StatusOK}))
}

func TestCheck(t *testing.T) {
	t.Parallel()
	require.NoError(t, (&table{settled: []int{1, 1}, atOnce: 2}).check(2))
	require.ErrorContains(t, (&table{settled: []int{1, 0}, atOnce: 1}).check(2), "URL 1 was settled 0 times")
	require.ErrorContains(t, (&table{settled: []int{2, 1}, atOnce: 3}).check(2), "URL 0 was settled 2 times")
}
