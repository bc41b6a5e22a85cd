package engine

import (
	"context"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/gate"
)

// Batches is the typed half of batches.
type Batches interface {
	// Gather is the inputs of a batch as one slice.
	Gather(batch []*chunk.Chunk) (inputs any)
	// Len is how many values there are for so many inputs.
	Len(values any, inputs int) int
	// Place gives the chunk its values: those from position at on, as far as there are any.
	Place(ch *chunk.Chunk, values any, at int)
}

// BatchCall calls the user's function over batches: inputs and values are slices.
type BatchCall func(ctx context.Context, inputs any) (values any, err error)

// Asks is the user's functions that say what limits go by.
type Asks interface {
	// Ask sets the key and the weight of the only input of a chunk.
	Ask(ch *chunk.Chunk)
	// Limit is that of a key.
	Limit(key string) gate.Limit
}
