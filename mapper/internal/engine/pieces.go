package engine

import "github.com/longshore-go/longshore/mapper/internal/chunk"

// A part of a chunk as a chunk of its own, whoever has the chunk.

// lend gives a piece of ch its inputs: copies, unless they are the caller's own slice,
// which outlives the run. The buffer of ch is cleared when ch is recycled.
func (r *Run) lend(piece, ch *chunk.Chunk, lo, hi int) {
	piece.N = hi - lo
	ch.Lend(piece, lo, hi)
	if r.iterator != nil || ch.Task != nil {
		piece.Payload.Copy(ch.Payload, lo, hi)
	} else {
		piece.Payload.Share(ch.Payload, lo, hi)
	}
}

// tail is the inputs of a chunk from position lo to hi, which are not begun, as a chunk of
// their own; nil when there are none. The caller holds the lock of whoever has ch.
func (r *Run) tail(ch *chunk.Chunk, lo, hi int) *chunk.Chunk {
	if lo >= hi {
		return nil
	}
	piece := r.free.Get()
	piece.Lo = ch.Lo + lo
	piece.Task = ch.Task
	r.lend(piece, ch, lo, hi)
	return piece
}

// splitOff takes the inputs from n on out of a chunk that nobody executes.
func (r *Run) splitOff(ch *chunk.Chunk, n int) *chunk.Chunk {
	rest := r.tail(ch, n, ch.N)
	ch.N = n
	return rest
}
