package typed

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// TestInOrder: few and many, in whatever order they have failed.
func TestInOrder(t *testing.T) {
	t.Parallel()
	for name, indices := range map[string][]int{
		"none":           nil,
		"the first":      {0},
		"the last":       {99_999},
		"few":            {70_000, 3, 500},
		"all":            {4, 0, 3, 1, 2},
		"one of eight":   {8, 0, 16},
		"two containers": {100, 0, 101, 1, 102, 2, 103, 3, 104, 4, 105, 5, 106, 6, 107},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var f Failures
			for _, i := range indices {
				f.add(&chunk.Task{Index: i})
			}
			all := f.InOrder()
			require.Len(t, all, len(indices))
			for k, failed := range all {
				require.Contains(t, indices, failed.Index)
				require.True(t, k == 0 || all[k-1].Index < failed.Index)
			}
		})
	}
}
