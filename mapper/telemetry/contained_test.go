package telemetry_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/longshore-go/longshore/internal/hostile"
	"github.com/longshore-go/longshore/mapper"
)

// TestContained has spans of all that functions may do: each begins and ends, and has a text.
func TestContained(t *testing.T) {
	tel, recorder := traced(t, 1_000_000, sdktrace.AlwaysSample())
	kinds := hostile.Kinds()
	values, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
		if i%2 == 1 {
			return i, kinds[i/2].Do()
		}
		return i, nil
	}, ints(2*len(kinds)), mapper.Options{Name: "hostile", Containers: 16, CrashLimit: 1, ReturnExceptions: true, Observer: tel})
	require.Error(t, err)
	for i, v := range values {
		require.True(t, v == i || i%2 == 1)
	}
	hostile.Release()
	require.NoError(t, tel.Close())
	require.Len(t, recorder.Started(), len(recorder.Ended()))
	require.Len(t, named(recorder, "longshore.run"), 1)
	for _, span := range recorder.Ended() {
		require.Less(t, len(span.Status().Description), 100_000)
	}
}
