package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestPieceOutlivesItsChunk takes a part of a chunk that owns its inputs, then recycles
// the chunk: once in 100,000 random runs that changed the input of a retry.
func TestPieceOutlivesItsChunk(t *testing.T) {
	t.Parallel()
	s := engine.NewScheduler(fleet.New(fleet.Config{MaxInputs: 1}, fleet.Body{}))
	r := engine.NewRun(t.Context(), s, 1, engine.Config{Containers: 1, NewChunk: typed.New[int, int]})
	in := 42
	ch := r.Free().Attempt(&chunk.Task{Index: 3, In: &in})
	piece := r.Tail(ch, 0, 1)
	r.Free().Put(ch)
	require.Equal(t, []int{42}, typed.Of[int, int](piece).In)
	require.Equal(t, 3, piece.Lo)
	require.NotNil(t, piece.Task)
	r.Cancel()
}
