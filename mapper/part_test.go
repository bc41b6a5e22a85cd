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
	opts, err := Options{Containers: 1}.filled()
	require.NoError(t, err)
	body := Plain(func(context.Context, int) (int, error) { return 0, nil })
	e := newEngine(context.Background(), newPool(body, opts), opts)
	ch := e.todo.attempt(&record[int, int]{index: 3, in: 42})
	piece := e.tail(ch, 0, 1)
	e.depot.put(ch)
	require.Equal(t, []int{42}, piece.in)
	require.Equal(t, 3, piece.lo)
	require.NotNil(t, piece.rec)
}
