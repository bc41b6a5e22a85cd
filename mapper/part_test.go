package mapper

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPieceOutlivesItsChunk takes a part of a chunk that owns its inputs, then recycles
// the chunk: once in 100,000 random runs that changed the input of a retry.
func TestPieceOutlivesItsChunk(t *testing.T) {
	t.Parallel()
	e := newEngine(context.Background(), func(context.Context, int) (int, error) { return 0, nil }, Options{Containers: 1})
	w := &worker[int, int]{e: e}
	ch := e.todo.attempt(&record[int, int]{index: 3, in: 42})
	piece := w.tail(ch, 0, 1)
	e.depot.put(ch)
	require.Equal(t, []int{42}, piece.in)
	require.Equal(t, 3, piece.lo)
	require.NotNil(t, piece.rec)
}
