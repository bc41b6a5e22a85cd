package mapper_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// runStreamCase runs the cases of functions with several outputs: whether a Retries policy is accepted.
func runStreamCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Retries  int    `json:"retries"`
		Function string `json:"function"`
	}](t, c.Setup)
	want := decodeCase[struct {
		Accepted bool   `json:"accepted"`
		Error    string `json:"error"`
		Message  string `json:"message_contains"`
	}](t, c.Want())
	require.Equal(t, "generator", setup.Function)
	twice := func(_ context.Context, i int) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for n := range 2 {
				if !yield(i*n, nil) {
					return
				}
			}
		}
	}
	outputs := slices.Collect(mapper.Stream(t.Context(), twice, slices.Values(ints(3)), mapper.Options{
		Retries: policy.Retries{MaxRetries: setup.Retries},
	}))
	if want.Accepted {
		require.Len(t, outputs, 6)
		return
	}
	require.Len(t, outputs, 1)
	require.Equal(t, -1, outputs[0].Index)
	require.Equal(t, "invalid", want.Error)
	require.Contains(t, want.Message, "retries")
	var invalid *policy.InvalidError
	require.ErrorAs(t, outputs[0].Err, &invalid)
	require.Equal(t, "Retries", invalid.Field)
}
