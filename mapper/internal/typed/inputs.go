package typed

import (
	"iter"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/intake"
)

// Slice is the caller's inputs. Chunks share it: it outlives the run.
type Slice[In, Out any] struct{ In []In }

// Bind implements [intake.Inputs].
func (s *Slice[In, Out]) Bind(ch *chunk.Chunk, lo, n int) {
	Of[In, Out](ch).In = s.In[lo : lo+n : lo+n]
}

// Peek implements [intake.Inputs].
func (s *Slice[In, Out]) Peek(lo, hi int) any { return s.In[lo:hi] }

// ring holds what was pulled and not claimed yet.
type ring[In, Out any] struct {
	slots []In
	mask  int
}

// Bind implements [intake.Inputs]. The ring lets go of what it gives.
func (r *ring[In, Out]) Bind(ch *chunk.Chunk, lo, n int) {
	at := lo & r.mask
	head := r.slots[at:min(at+n, len(r.slots))]
	tail := r.slots[:n-len(head)]
	p := Of[In, Out](ch)
	p.inBuf = append(append(p.inBuf[:0], head...), tail...)
	p.In = p.inBuf
	clear(head)
	clear(tail)
}

// Peek implements [intake.Inputs], for what is in one piece.
func (r *ring[In, Out]) Peek(lo, hi int) any {
	at := lo & r.mask
	return r.slots[at : at+hi-lo]
}

// Pull feeds the source from the iterator. It is the puller's goroutine.
func Pull[In, Out any](f *intake.Iterator, inputs iter.Seq[In], ended func(*intake.Panicked)) {
	size := f.RingSize()
	r := &ring[In, Out]{slots: make([]In, size), mask: size - 1}
	f.Pull(r, func() bool {
		for v := range inputs {
			r.slots[f.Next()&r.mask] = v
			if !f.Pushed() {
				return false
			}
		}
		return true
	}, ended)
}
