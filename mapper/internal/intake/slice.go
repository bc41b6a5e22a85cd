package intake

import (
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Slice is a source that needs nobody to feed it: containers claim consecutive
// inputs with one atomic operation, and nobody hands them over.
type Slice struct {
	inputs Inputs
	total  int
	window *Window
	share  int // a claim takes at most one part in so many of what there is

	_    [64]byte
	head atomic.Int64
	_    [56]byte
}

// NewSlice is a source of so many inputs.
func NewSlice(inputs Inputs, total int, window *Window, share int) *Slice {
	return &Slice{inputs: inputs, total: total, window: window, share: share}
}

// leastPart is what part of the claim that somebody wants he has at least, where there is as much: so many pieces that a run
// ends with would cost more than what they even out. The pace makes a claim eight times what the way to a container costs,
// where that is long.
const leastPart = 8

// part is how many inputs a claim has of those that are there: what is wanted, but at most one part in share.
func part(want, avail, share int) int { return min(want, max(avail/share, want/leastPart, 1), avail) }

// Claim implements [Source].
func (s *Slice) Claim(ch *chunk.Chunk, want int, _ bool) bool {
	for {
		h := int(s.head.Load())
		avail := min(s.total, s.window.Limit()) - h
		if avail <= 0 {
			return false
		}
		n := part(want, avail, s.share)
		if s.head.CompareAndSwap(int64(h), int64(h+n)) {
			s.bind(ch, h, n)
			return true
		}
	}
}

// ClaimAt implements [Source].
func (s *Slice) ClaimAt(skipped, ch *chunk.Chunk, k int) bool {
	for {
		h := int(s.head.Load())
		avail := min(s.total, s.window.Limit()) - h
		if avail <= 0 {
			return false
		}
		k = min(k, avail-1)
		if s.head.CompareAndSwap(int64(h), int64(h+k+1)) {
			s.bind(skipped, h, k)
			s.bind(ch, h+k, 1)
			return true
		}
	}
}

// Peek is the inputs from lo to hi, as a slice.
func (s *Slice) Peek(lo, hi int) any { return s.inputs.Peek(lo, hi) }

// Rest takes up to want of the inputs that an ended run has not taken, whatever the window
// is, and reports whether there were any.
func (s *Slice) Rest(ch *chunk.Chunk, want int) bool {
	h := int(s.head.Load())
	n := min(want, s.total-h)
	if n <= 0 {
		return false
	}
	s.head.Store(int64(h + n))
	s.bind(ch, h, n)
	return true
}

func (s *Slice) bind(ch *chunk.Chunk, lo, n int) {
	ch.Lo, ch.N = lo, n
	s.inputs.Bind(ch, lo, n)
}

// Waiting implements [Source].
func (s *Slice) Waiting() int {
	return max(min(s.total, s.window.Limit())-int(s.head.Load()), 0)
}

// Ended implements [Source].
func (s *Slice) Ended() bool { return s.window.Limit() >= s.total }

// Taken implements [Source].
func (s *Slice) Taken() int { return int(s.head.Load()) }

// Total implements [Source].
func (s *Slice) Total() int { return s.total }
