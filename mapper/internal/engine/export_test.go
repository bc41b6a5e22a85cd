package engine

import "github.com/longshore-go/longshore/mapper/internal/chunk"

// Tail is the inputs of a chunk from position lo to hi, as a chunk of their own.
func (r *Run) Tail(ch *chunk.Chunk, lo, hi int) *chunk.Chunk { return r.tail(ch, lo, hi) }
