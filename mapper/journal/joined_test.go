package journal_test

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// TestJoinedByMany has several join a run that is stopped in the middle: whoever comes first says what was not begun.
func TestJoinedByMany(t *testing.T) {
	t.Parallel()
	for n := range 10 {
		j, err := journal.Open(filepath.Join(t.TempDir(), strconv.Itoa(n)), journal.Options{})
		require.NoError(t, err)
		inputs := make([]int, 200)
		for i := range inputs {
			inputs[i] = i
		}
		run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil },
			slices.Values(inputs), mapper.Options{Journal: j, AtMostOnce: true, Containers: 4})
		require.NoError(t, err)
		var joining sync.WaitGroup
		for range 3 {
			joining.Go(func() { _ = run.Wait() })
		}
		read := 0
		for range run.All() {
			if read++; read == 50 {
				break
			}
		}
		joining.Wait()
		require.NoError(t, j.Close())
	}
}
