//go:build unix

package process_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

var _ = process.Register(double)

func double(_ context.Context, n int) (int, error) { return 2 * n, nil }

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	r := process.New(process.Options{})
	inst, err := r.Open(t.Context(), supervisor.Launch{Function: double, Container: 7})
	require.NoError(t, err)
	got := map[int]any{}
	err = inst.Run(t.Context(), supervisor.Chunk{Attempt: 1, Inputs: []any{1, 2, 3}}, func(i int, v any, err error) {
		require.NoError(t, err)
		got[i] = v
	})
	require.NoError(t, err)
	require.Equal(t, map[int]any{0: 2, 1: 4, 2: 6}, got)
	require.NoError(t, inst.Close(t.Context()))
}
