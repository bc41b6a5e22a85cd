package mapper

import (
	"math"
	"sync/atomic"
)

// source is where fresh inputs come from.
type source[In any] interface {
	// claim takes up to want consecutive inputs and returns the index of the first.
	// The slice is the caller's own inputs, or buf with the inputs appended (own).
	// A claim that is not eager may leave a few for later, when more are sure to come.
	claim(want int, buf []In, eager bool) (lo int, in []In, own bool)
	// ready reports that an eager claim would take something now.
	ready() bool
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
type slice[In any] struct {
	in     []In
	window *window
	share  int // a claim takes at most one part in so many of what there is

	_    [64]byte
	head atomic.Int64
	_    [56]byte
}

func (s *slice[In]) claim(want int, _ []In, _ bool) (lo int, in []In, own bool) {
	for {
		h := int(s.head.Load())
		avail := min(len(s.in), s.window.limit()) - h
		if avail <= 0 {
			return 0, nil, false
		}
		n := min(want, max(avail/s.share, 1))
		if s.head.CompareAndSwap(int64(h), int64(h+n)) {
			return h, s.in[h : h+n : h+n], false
		}
	}
}

func (s *slice[In]) ready() bool {
	return int(s.head.Load()) < min(len(s.in), s.window.limit())
}

func (s *slice[In]) taken() int { return int(s.head.Load()) }

func (s *slice[In]) total() int { return len(s.in) }
