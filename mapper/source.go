package mapper

import (
	"math"
	"sync/atomic"
)

// source is where fresh inputs come from.
type source[In, Out any] interface {
	// claim takes up to want consecutive inputs into ch, which is empty, and reports
	// whether there were any. A claim that is not eager may leave a few for later, when
	// more are sure to come.
	claim(ch *chunk[In, Out], want int, eager bool) bool
	// waiting is how many inputs could be claimed now.
	waiting() int
	// ended reports that there will be no inputs but those that wait.
	ended() bool
	// taken is the number of inputs claimed, or pulled from the caller's iterator.
	taken() int
	// total is the number of inputs once it is known, else math.MaxInt.
	total() int
}

// window bounds how many inputs are taken and not yet delivered. It is apart from
// the number of containers: one slow input at the head of an ordered run must not
// stop the others.
type window struct {
	size      int
	delivered atomic.Int64
}

// limit is the index that must not be taken yet.
func (w *window) limit() int {
	if w.size == math.MaxInt {
		return math.MaxInt
	}
	return int(w.delivered.Load()) + w.size
}

// slice is a source that needs no feeder: containers claim runs of consecutive
// inputs with one atomic operation, and nobody hands them over.
type slice[In, Out any] struct {
	in     []In
	window *window
	share  int // a claim takes at most one part in so many of what there is

	_    [64]byte
	head atomic.Int64
	_    [56]byte
}

func newSlice[In, Out any](e *engine[In, Out], in []In) *slice[In, Out] {
	return &slice[In, Out]{in: in, window: &e.window, share: e.share()}
}

func (s *slice[In, Out]) claim(ch *chunk[In, Out], want int, _ bool) bool {
	for {
		h := int(s.head.Load())
		avail := min(len(s.in), s.window.limit()) - h
		if avail <= 0 {
			return false
		}
		n := min(want, max(avail/s.share, 1))
		if s.head.CompareAndSwap(int64(h), int64(h+n)) {
			ch.lo, ch.in = h, s.in[h:h+n:h+n]
			return true
		}
	}
}

func (s *slice[In, Out]) waiting() int {
	return max(min(len(s.in), s.window.limit())-int(s.head.Load()), 0)
}

func (s *slice[In, Out]) ended() bool { return s.window.limit() >= len(s.in) }

func (s *slice[In, Out]) taken() int { return int(s.head.Load()) }

func (s *slice[In, Out]) total() int { return len(s.in) }
