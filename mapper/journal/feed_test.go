package journal_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// TestFeedIsKept: what is submitted is recorded as what an iterator gives, and another life executes what is new.
func TestFeedIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	life := func(inputs ...int) (executed []int) {
		j := open(t, path, journal.Options{})
		defer func() { require.NoError(t, j.Close()) }()
		feed, err := mapper.Open(t.Context(), func(_ context.Context, i int) (int, error) {
			executed = append(executed, i)
			return i * i, nil
		}, mapper.Options{Containers: 1, Journal: j})
		require.NoError(t, err)
		go func() {
			defer feed.Close()
			for _, i := range inputs {
				if feed.Submit(t.Context(), i) != nil {
					return
				}
			}
		}()
		n := 0
		for r := range feed.All() {
			require.Equal(t, mapper.Result[int, int]{Index: n, Input: inputs[n], Value: inputs[n] * inputs[n], Attempts: 1}, r)
			n++
		}
		require.Equal(t, len(inputs), n)
		require.NoError(t, feed.Wait())
		return executed
	}
	require.Equal(t, []int{1, 2, 3}, life(1, 2, 3))
	require.Equal(t, []int{4}, life(3, 4, 1))
}
