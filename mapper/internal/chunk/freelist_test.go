package chunk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// TestFreeListIsBounded: chunks are used again, and of many that come at once not all are kept.
func TestFreeListIsBounded(t *testing.T) {
	t.Parallel()
	made := 0
	free := chunk.FreeList{New: func() *chunk.Chunk { made++; return typed.New[string, int]() }}
	const n = 5000
	round := func() {
		var all []*chunk.Chunk
		for range n {
			all = append(all, free.Get())
		}
		for _, c := range all {
			free.Put(c)
		}
	}
	round()
	require.Equal(t, n, made)
	made = 0
	round()
	require.Greater(t, made, n/2, "kept as if they were needed again")
	require.Less(t, made, n, "none is used again")
}
