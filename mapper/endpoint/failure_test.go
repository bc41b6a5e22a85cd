package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
	"github.com/longshore-go/longshore/supervisor"
)

// digits has its own idea of what it accepts.
type digits string

func (d *digits) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		panic("secret of the parser")
	}
	return fmt.Errorf("%s are no digits", b)
}

func TestUnmarshalJSONOfTheInput(t *testing.T) {
	t.Parallel()
	f := deploy(t, mapper.Plain(func(context.Context, digits) (int, error) { return 1, nil }), mapper.Options{})
	s := serve(t, handle(t, f, endpoint.Options{HideErrors: true}), true)
	logged := s.captureLog()
	got := s.post(t, `"x"`)
	require.Equal(t, http.StatusBadRequest, got.status)
	require.Equal(t, problem{Error: `"x" are no digits`}, got.problem(t))
	require.Empty(t, logged())

	got = s.post(t, `null`)
	require.Equal(t, http.StatusInternalServerError, got.status)
	require.Equal(t, problem{Error: "internal server error"}, got.problem(t))
	require.Contains(t, logged(), "secret of the parser")
	require.Contains(t, logged(), "UnmarshalJSON")
}

var errOut = errors.New("out of nuts")

func failing(_ context.Context, err string) (int, error) {
	switch err {
	case "wrapped":
		return 0, fmt.Errorf("shop: %w", errOut)
	case "missing":
		return 0, fs.ErrNotExist
	case "crash elsewhere":
		return 0, fmt.Errorf("shop: %w", &supervisor.CrashError{Panic: "secret"})
	case "cutoff elsewhere":
		return 0, fmt.Errorf("shop: %w", &supervisor.CutoffError{Last: &supervisor.CrashError{Panic: "secret"}})
	case "cutoff":
		return 0, &supervisor.CutoffError{Last: &supervisor.CrashError{Panic: "secret"}}
	case "full elsewhere":
		return 0, fmt.Errorf("shop: %w", &mapper.QueueFullError{Outstanding: 7})
	case "panics with a class":
		panic(fmt.Errorf("shop: %w", mapper.ErrQueueFull))
	case "timeout elsewhere":
		return 0, fmt.Errorf("shop: %w", &mapper.TimeoutError{Timeout: time.Second})
	case "cancelled":
		return 0, fmt.Errorf("shop: %w", context.Canceled)
	default:
		panic("secret")
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	status := func(err error) int {
		switch {
		case errors.Is(err, errOut):
			return http.StatusConflict
		case errors.Is(err, fs.ErrNotExist):
			return http.StatusOK // no code for a failure
		default:
			t.Errorf("asked about %v", err)
			return 0
		}
	}
	f := deploy(t, mapper.Plain(failing), mapper.Options{Containers: 1})
	plain := serve(t, handle(t, f, endpoint.Options{}), true)
	mapped := serve(t, handle(t, f, endpoint.Options{Status: status, HideErrors: true}), true)
	for _, c := range []struct {
		s      *site
		err    string
		status int
		text   string
	}{
		{plain, "wrapped", http.StatusInternalServerError, "shop: out of nuts"},
		{plain, "missing", http.StatusInternalServerError, "file does not exist"},
		{mapped, "wrapped", http.StatusConflict, "shop: out of nuts"},
		{mapped, "missing", http.StatusInternalServerError, "internal server error"},
		{plain, "crash elsewhere", http.StatusInternalServerError, "internal server error"},
		{plain, "cutoff elsewhere", http.StatusInternalServerError, "internal server error"},
		{mapped, "timeout elsewhere", http.StatusGatewayTimeout, "the function took too long"},
		{mapped, "cutoff", http.StatusServiceUnavailable, "the function has given up: it crashes too often"},
		{mapped, "full elsewhere", http.StatusTooManyRequests, "too many calls are waiting"},
		{mapped, "cancelled", http.StatusServiceUnavailable, "the function was cancelled"},
	} {
		got := c.s.post(t, `"`+c.err+`"`)
		require.Equal(t, c.status, got.status, c.err)
		require.Equal(t, problem{Error: c.text}, got.problem(t), c.err)
	}
	// Last, since each crash of the only container makes its next start later.
	got := plain.post(t, `"panics with a class"`)
	require.Equal(t, http.StatusInternalServerError, got.status)
	require.Equal(t, problem{Error: "the function crashed on this input"}, got.problem(t))
	stop(f) // a crash is counted after its input is settled
	require.Equal(t, 3, f.Stats().Pool.Crashes)
}

// A panic of Status is no reason to leave a client without an answer.
func TestStatusPanics(t *testing.T) {
	t.Parallel()
	f := deploy(t, mapper.Plain(failing), mapper.Options{})
	s := serve(t, handle(t, f, endpoint.Options{Status: func(error) int { panic("secret") }}), true)
	logged := s.captureLog()
	require.Equal(t, problem{Error: "internal server error"}, s.post(t, `"missing"`).problem(t))
	require.Contains(t, logged(), "secret")
}

func TestValuesThatAreNoJSON(t *testing.T) {
	t.Parallel()
	f := deploy(t, mapper.Plain(func(context.Context, int) (float64, error) { return math.NaN(), nil }), mapper.Options{})
	s := serve(t, handle(t, f, endpoint.Options{}), true)
	logged := s.captureLog()
	got := s.post(t, `1`)
	require.Equal(t, http.StatusInternalServerError, got.status)
	require.Equal(t, problem{Error: "json: unsupported value: NaN"}, got.problem(t))
	require.Contains(t, logged(), "cannot encode a float64: json: unsupported value: NaN")

	s = serve(t, handle(t, f, endpoint.Options{HideErrors: true}), true)
	s.captureLog()
	require.Equal(t, problem{Error: "internal server error"}, s.post(t, `1`).problem(t))
}
