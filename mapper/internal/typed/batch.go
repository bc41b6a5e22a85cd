package typed

import (
	"context"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/engine"
)

// Batch is the user's function over batches.
func Batch[In, Out any](call func(context.Context, []In) ([]Out, error)) engine.BatchCall {
	return func(ctx context.Context, inputs any) (any, error) { return call(ctx, inputs.([]In)) }
}

// Batches is what a run of batches knows of their types.
type Batches[In, Out any] struct{}

// Gather implements [engine.Batches].
func (Batches[In, Out]) Gather(batch []*chunk.Chunk) any {
	var inputs []In
	for _, ch := range batch {
		inputs = append(inputs, Of[In, Out](ch).In[:ch.N]...)
	}
	return inputs
}

// Len implements [engine.Batches].
func (Batches[In, Out]) Len(values any, _ int) int {
	out, _ := values.([]Out)
	return len(out)
}

// Place implements [engine.Batches].
func (Batches[In, Out]) Place(ch *chunk.Chunk, values any, at int) {
	if out, _ := values.([]Out); at < len(out) {
		copy(Of[In, Out](ch).Out[:ch.N], out[at:])
	}
}

// EachBatch is the user's function over batches that returns no values.
func EachBatch[In any](call func(context.Context, []In) error) engine.BatchCall {
	return func(ctx context.Context, inputs any) (any, error) { return nil, call(ctx, inputs.([]In)) }
}

// NoValues is Batches for it.
type NoValues[In any] struct{ Batches[In, struct{}] }

// Len implements [engine.Batches]: there is nothing to miss.
func (NoValues[In]) Len(_ any, inputs int) int { return inputs }
