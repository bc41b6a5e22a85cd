package progress_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/hostile"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
)

// TestContained has all that functions may do shown on a terminal: it goes on, and the summary is told.
func TestContained(t *testing.T) {
	var out bytes.Buffer
	bars := progress.NewTerminal(&out, 80, progress.Options{})
	kinds := hostile.Kinds()
	in := make([]int, 2*len(kinds))
	for i := range in {
		in[i] = i
	}
	values, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
		if i%2 == 1 {
			return i, kinds[i/2].Do()
		}
		return i, nil
	}, in, mapper.Options{Name: "hostile", Containers: 16, CrashLimit: 1, ReturnExceptions: true, Observer: bars})
	require.Error(t, err)
	for i, v := range values {
		require.True(t, v == i || i%2 == 1)
	}
	hostile.Release()
	require.NoError(t, bars.Close())
	require.Contains(t, out.String(), "hostile")
	require.Less(t, out.Len(), 1<<20)
}
