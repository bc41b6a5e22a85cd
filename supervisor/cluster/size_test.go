package cluster_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/cluster"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// stretch returns so many bytes.
func stretch(_ context.Context, n int) (string, error) { return strings.Repeat("x", n), nil }

func lengthOf(_ context.Context, s string) (int, error) { return len(s), nil }

func lengthsOf(_ context.Context, all []string) (n int, err error) {
	for _, s := range all {
		n += len(s)
	}
	return n, nil
}

var (
	_ = registry.Register(stretch)
	_ = registry.Register(lengthOf)
	_ = registry.Register(lengthsOf)
)

// narrow is a server whose messages have at most so many bytes.
func narrow(t *testing.T, most int32) (url string) {
	t.Helper()
	url, _ = start(t, "debug: false", func(o *server.Options) { o.MaxPayload = most })
	return url
}

// sized runs a function over inputs of which some are too large, and returns the results.
func sized[In, Out any](t *testing.T, most int32, fn func(context.Context, In) (Out, error), in []In) []mapper.Result[In, Out] {
	t.Helper()
	url := narrow(t, most)
	work(t, cluster.WorkerOptions{URL: url, Slots: slots})
	run, err := mapper.Start(bounded(t), fn, slices.Values(in), mapper.Options{
		Runtime: open(t, cluster.Options{URL: url}), ReturnExceptions: true, CrashLimit: 1, Retries: policy.Retries{MaxRetries: 3},
	})
	require.NoError(t, err)
	all := slices.Collect(run.All())
	require.NoError(t, run.Wait())
	stats := run.Stats()
	require.Zero(t, stats.Pool.Crashes+stats.Pool.Lost+stats.Retries)
	return all
}

// tooLarge checks that a result is the failure of what is too large, once and for good.
func tooLarge(t *testing.T, err error, want cluster.TooLargeError) {
	t.Helper()
	require.ErrorIs(t, err, cluster.ErrTooLarge)
	large, ok := errors.AsType[*cluster.TooLargeError](err)
	require.True(t, ok)
	require.Equal(t, want, *large)
}

// limits are what an input may take, by what a message may have.
var limits = map[int32]int{1 << 20: 63 << 20, 4 << 10: 1024*(4<<10-529) - 260<<10}

// TestTooLarge: what the connection cannot carry fails by itself, with an error that names it, and all else goes on.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	for most, limit := range limits {
		in := []string{"a", strings.Repeat("x", limit), strings.Repeat("x", limit+1), "abc"}
		for i, res := range sized(t, most, lengthOf, in) {
			if i == 2 {
				tooLarge(t, res.Err, cluster.TooLargeError{Input: 2, Bytes: limit + 1, Limit: limit})
				require.ErrorContains(t, res.Err, "the input 2 is too large to cross: it takes ")
				continue
			}
			require.NoError(t, res.Err)
			require.Equal(t, len(in[i]), res.Value)
		}
		sizes := []int{1, limit, limit + 1, 3}
		for i, res := range sized(t, most, stretch, sizes) {
			if i == 2 {
				tooLarge(t, res.Err, cluster.TooLargeError{Input: 2, Value: true, Bytes: limit + 1, Limit: limit})
				require.ErrorContains(t, res.Err, "the value of input 2 is too large to cross: it takes ")
				continue
			}
			require.NoError(t, res.Err)
			require.Len(t, res.Value, sizes[i])
		}
	}
}

// TestLargeChunks: inputs that fit one by one cross, however many are in a chunk.
func TestLargeChunks(t *testing.T) {
	t.Parallel()
	in := slices.Repeat([]string{strings.Repeat("x", 100<<10)}, 300)
	for _, res := range sized(t, 4<<10, lengthOf, in) {
		require.NoError(t, res.Err)
		require.Equal(t, 100<<10, res.Value)
	}
	big := slices.Repeat([]string{strings.Repeat("x", 1<<20)}, 10) // one input, of many bytes
	for i, res := range sized(t, 4<<10, lengthsOf, [][]string{big[:2], big}) {
		require.Equal(t, i == 1, errors.Is(res.Err, cluster.ErrTooLarge))
	}
}
