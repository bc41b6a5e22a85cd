package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
	"github.com/longshore-go/longshore/policy"
)

type order struct {
	Item struct{ Name string }
	N    int
}

func total(_ context.Context, o order) (map[string]int, error) {
	return map[string]int{o.Item.Name: o.N * 2}, nil
}

func TestCall(t *testing.T) {
	t.Parallel()
	s := serve(t, handle(t, deploy(t, mapper.Plain(total), mapper.Options{}), endpoint.Options{}), true)
	for _, contentType := range []string{"application/json", "Application/JSON; charset=utf-8", "application/json; =", ""} {
		got := s.do(t, http.MethodPost, contentType, ` {"item":{"name":"nut"},"n":21,"unknown":null} `)
		require.Equal(t, http.StatusOK, got.status, contentType)
		require.Equal(t, "{\"nut\":42}\n", got.body)
		require.Equal(t, "application/json", got.header.Get("Content-Type"))
	}
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	called := func(context.Context, order) (int, error) { t.Error("called"); return 0, nil }
	s := serve(t, handle(t, deploy(t, mapper.Plain(called), mapper.Options{}), endpoint.Options{MaxBody: 64}), true)
	for _, method := range []string{"GET", "PUT", "DELETE", "OPTIONS", "PATCH"} {
		got := s.do(t, method, "", "{}")
		require.Equal(t, http.StatusMethodNotAllowed, got.status, method)
		require.Equal(t, "POST", got.header.Get("Allow"))
		got.problem(t)
	}
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "application/jsonp", "/"} {
		got := s.do(t, http.MethodPost, contentType, "{}")
		require.Equal(t, http.StatusUnsupportedMediaType, got.status, contentType)
		got.problem(t)
	}
	got := s.post(t, strings.Repeat(" ", 65))
	require.Equal(t, http.StatusRequestEntityTooLarge, got.status)
	require.Equal(t, "the body must not exceed 64 bytes", got.problem(t).Error)
}

func TestMaxBody(t *testing.T) {
	t.Parallel()
	f := deploy(t, mapper.Plain(func(_ context.Context, s string) (int, error) { return len(s), nil }), mapper.Options{})
	string1M := func(size int) string { return `"` + strings.Repeat("x", size-2) + `"` }
	s := serve(t, handle(t, f, endpoint.Options{}), true)
	require.Equal(t, http.StatusOK, s.post(t, string1M(1<<20)).status)
	require.Equal(t, http.StatusRequestEntityTooLarge, s.post(t, string1M(1<<20+1)).status)
}

func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	s := serve(t, handle(t, deploy(t, mapper.Plain(total), mapper.Options{}), endpoint.Options{HideErrors: true}), true)
	for body, want := range map[string]problem{
		"":                          {Error: "the body is empty: it must be a JSON value", Offset: new(int64(0))},
		"{":                         {Error: "the body is not valid JSON: unexpected end of JSON input", Offset: new(int64(1))},
		`{"N":1}}`:                  {Error: "the body is not valid JSON: invalid character '}' after top-level value", Offset: new(int64(8))},
		`{"N":1} {"N":2}`:           {Error: "the body is not valid JSON: invalid character '{' after top-level value", Offset: new(int64(9))},
		`{"N":"one"}`:               {Error: "wrong type: string in place of int", Offset: new(int64(10)), Field: "N"},
		`{"Item":{"Name":3}}`:       {Error: "wrong type: number in place of string", Offset: new(int64(17)), Field: "Item.Name"},
		`{"N":9999999999999999999}`: {Error: "wrong type: number 9999999999999999999 in place of int", Offset: new(int64(24)), Field: "N"},
		`[]`:                        {Error: "wrong type: array in place of struct", Offset: new(int64(1))},
	} {
		got := s.post(t, body)
		require.Equal(t, http.StatusBadRequest, got.status, body)
		require.Equal(t, want, got.problem(t), body)
	}
}

// An upload that breaks off is the client's fault, if anybody is left to hear it.
func TestBodyCutShort(t *testing.T) {
	t.Parallel()
	h := handle(t, deploy(t, mapper.Plain(total), mapper.Options{}), endpoint.Options{})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", iotest.ErrReader(io.ErrUnexpectedEOF)))
	require.Equal(t, http.StatusBadRequest, w.Code)
	require.Equal(t, "{\"error\":\"the body cannot be read to its end\"}\n", w.Body.String())
}

func TestQueueFullAndStop(t *testing.T) {
	t.Parallel()
	begun, finish := make(chan int), make(chan int)
	f := deploy(t, mapper.Plain(func(context.Context, int) (int, error) { begun <- 1; return <-finish, nil }),
		mapper.Options{Containers: 1, Outstanding: 1})
	s := serve(t, handle(t, f, endpoint.Options{}), true)
	var wg sync.WaitGroup
	wg.Go(func() {
		if got := s.post(t, "1"); got.status != http.StatusOK || got.body != "7\n" {
			t.Errorf("%v", got)
		}
	})
	<-begun
	got := s.post(t, "2")
	require.Equal(t, http.StatusTooManyRequests, got.status)
	require.Equal(t, "1", got.header.Get("Retry-After"))
	require.Equal(t, problem{Error: "too many calls are waiting"}, got.problem(t))

	stopping, cancel := context.WithCancel(t.Context())
	defer cancel()
	wg.Go(func() {
		if err := f.Stop(stopping); err != nil {
			t.Error(err)
		}
	})
	for got.status == http.StatusTooManyRequests { // until Stop has closed the door
		got = s.post(t, "2")
	}
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.Equal(t, problem{Error: "the function is stopped"}, got.problem(t))
	finish <- 7 // a call under way is finished and answered
	wg.Wait()
	require.Equal(t, http.StatusServiceUnavailable, s.post(t, "2").status)
}

func TestClientGone(t *testing.T) {
	t.Parallel()
	begun, gone := make(chan int), make(chan error)
	f := deploy(t, mapper.Plain(func(ctx context.Context, _ int) (int, error) {
		begun <- 1
		<-ctx.Done()
		gone <- context.Cause(ctx)
		return 0, errOut
	}), mapper.Options{Containers: 1})
	answered := make(chan any, 1)
	h := handle(t, f, endpoint.Options{})
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			answered <- p
			panic(p)
		}()
		h.ServeHTTP(w, r)
	}), true)
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader("1"))
	require.NoError(t, err)
	failed := make(chan error)
	go func() {
		res, err := s.client.Do(req)
		if err == nil {
			res.Body.Close()
		}
		failed <- err
	}()
	<-begun
	cancel()
	require.ErrorIs(t, <-failed, context.Canceled)
	require.ErrorIs(t, <-gone, context.Canceled)
	require.Equal(t, http.ErrAbortHandler, <-answered)
	require.NoError(t, f.Stop(t.Context()))
	require.Equal(t, 1, f.Stats().Failed)
}

// Each client gets the answer to its own question.
func TestConcurrentLoad(t *testing.T) {
	t.Parallel()
	body := mapper.Plain(func(_ context.Context, n int) (int, error) {
		if n%10 == 3 {
			return 0, errOut
		}
		return n * n, nil
	})
	f := deploy(t, body, mapper.Options{Containers: 4})
	s := serve(t, handle(t, f, endpoint.Options{}), true)
	var wg sync.WaitGroup
	for c := range 16 {
		wg.Go(func() {
			for i := range 50 {
				n := c*50 + i
				want, text := http.StatusOK, fmt.Sprintf("%d\n", n*n)
				if n%10 == 3 {
					want, text = http.StatusInternalServerError, "{\"error\":\"out of nuts\"}\n"
				}
				if got := s.post(t, fmt.Sprint(n)); got.status != want || got.body != text {
					t.Errorf("%d: %v", n, got)
				}
			}
		})
	}
	wg.Wait()
	stats := f.Stats()
	require.Equal(t, 720, stats.Succeeded)
	require.Equal(t, 80, stats.Failed)
}

func TestRefusedFunctionsAndOptions(t *testing.T) {
	t.Parallel()
	f := deploy(t, mapper.Plain(total), mapper.Options{})
	retrying := deploy(t, mapper.Plain(total), mapper.Options{Retries: policy.FixedRetries(2)})
	for field, c := range map[string]struct {
		f    *mapper.Function[order, map[string]int]
		opts endpoint.Options
	}{
		"f":       {},
		"Retries": {f: retrying},
		"MaxBody": {f: f, opts: endpoint.Options{MaxBody: -1}},
		"Timeout": {f: f, opts: endpoint.Options{Timeout: -time.Second}},

		"TrustedOrigins": {f: f, opts: endpoint.Options{TrustedOrigins: []string{"shop.example"}}},
	} {
		h, err := endpoint.New(c.f, c.opts)
		require.Nil(t, h)
		invalid, ok := errors.AsType[*policy.InvalidError](err)
		require.True(t, ok, field)
		require.Equal(t, field, invalid.Field)
	}
}
