package journals

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// failing fails in all ways that there are.
func failing(ctx context.Context, in string) (string, error) {
	switch in {
	case "error":
		return "", errors.New("a secret")
	case "wrapped":
		return "", fmt.Errorf("around: %w", &mapper.TimeoutError{Timeout: time.Second})
	case "long":
		return "", errors.New(strings.Repeat("x", 1<<20))
	case "late":
		<-ctx.Done()
		return "", ctx.Err()
	case "panic":
		panic("a secret")
	}
	return in, nil
}

var ways = []string{"good", "error", "wrapped", "long", "late", "panic"}

// failed runs it, and returns why each input has failed.
func failed(t testing.TB, j mapper.Journal, fn func(context.Context, string) (string, error)) map[string]mapper.Result[string, string] {
	results := map[string]mapper.Result[string, string]{}
	for r := range mapper.Map(t.Context(), fn, ways, mapper.Options{
		Journal: j, ReturnExceptions: true, Timeout: 50 * time.Millisecond, Retries: policy.Retries{MaxRetries: 1, InitialDelay: 1},
	}) {
		results[r.Input] = r
	}
	return results
}

// keepFailed returns recorded failures, each as what it was.
func (p Place) keepFailed(t *testing.T) {
	t.Parallel()
	name := p.Name(t)
	j := p.Open(t, name, Options{})
	first := failed(t, j, failing)
	require.NoError(t, j.Close())

	j = p.Open(t, name, Options{KeepFailed: true})
	kept := failed(t, j, func(context.Context, string) (string, error) { panic("it is final") })
	require.NoError(t, kept["good"].Err)
	for _, in := range ways[1:] {
		var e *mapper.StoredError
		require.ErrorAs(t, kept[in].Err, &e, in)
		require.Equal(t, first[in].Attempts, kept[in].Attempts)
		require.Equal(t, first[in].Attempts, e.Attempts)
		require.NotEmpty(t, e.Kind)
		require.LessOrEqual(t, len(e.Text), 4<<10)
		if in != "long" {
			require.Equal(t, first[in].Err.Error(), e.Error())
		}
		require.Equal(t, in == "late" || in == "wrapped", errors.Is(e, mapper.ErrTimeout), in)
		require.Equal(t, in == "late" || in == "wrapped", errors.Is(e, context.DeadlineExceeded), in)
		var crash *supervisor.CrashError
		require.Equal(t, in == "panic", errors.As(e, &crash), in)
	}
	var crash *supervisor.CrashError
	require.ErrorAs(t, kept["panic"].Err, &crash)
	require.Contains(t, crash.Stack, "failing")
	require.NoError(t, j.Close())

	j = p.Open(t, name, Options{})
	defer j.Close()
	var calls atomic.Int64
	again := failed(t, j, func(_ context.Context, in string) (string, error) {
		calls.Add(1)
		return in, nil
	})
	require.EqualValues(t, 5, calls.Load(), "by default they run again")
	for _, r := range again {
		require.NoError(t, r.Err)
		require.Equal(t, 1, r.Attempts, "with fresh retries")
	}
}

func (p Place) redact(t *testing.T) {
	t.Parallel()
	name := p.Name(t)
	j := p.Open(t, name, Options{Redact: func(s string) string { return strings.ReplaceAll(s, "secret", "***") }})
	failed(t, j, failing)
	require.NoError(t, j.Close())
	j = p.Open(t, name, Options{KeepFailed: true})
	defer j.Close()
	kept := failed(t, j, failing)
	for _, in := range []string{"error", "panic"} {
		require.NotContains(t, kept[in].Err.Error(), "secret")
		require.Contains(t, kept[in].Err.Error(), "***")
	}
}
