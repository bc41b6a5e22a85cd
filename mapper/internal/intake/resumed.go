package intake

import (
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Resumed is a source over a slice of which some inputs are known before anything begins: those are
// claimed first, and then the others, each in their order.
type Resumed struct {
	*Slice
	known []uint64 // a bit for each input

	mu    sync.Mutex
	at    [2]int // behind what was claimed: of the others, and of the known
	taken atomic.Int64
}

// Resumed makes the source one, before anything was claimed of it. stretch says how many of the n inputs
// from lo on are alike, and whether they are known.
func (s *Slice) Resumed(stretch func(lo, n int) (same int, known bool)) *Resumed {
	r := &Resumed{Slice: s, known: make([]uint64, (s.total+63)/64)}
	for lo := 0; lo < s.total; {
		n, known := stretch(lo, s.total-lo)
		for i := lo; known && i < lo+n; i++ {
			r.known[i/64] |= 1 << (i % 64)
		}
		lo += n
	}
	return r
}

// Claim implements [Source].
func (r *Resumed) Claim(ch *chunk.Chunk, want int, _ bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	avail := r.Waiting()
	if avail == 0 {
		return false
	}
	return r.take(ch, part(want, avail, r.share))
}

// ClaimAt implements [Source]: the choice is its own.
func (r *Resumed) ClaimAt(_, ch *chunk.Chunk, _ int) bool { return r.Claim(ch, 1, true) }

// Rest takes up to want of the inputs that an ended run has not taken, whatever the window is, and
// reports whether there were any.
func (r *Resumed) Rest(ch *chunk.Chunk, want int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.take(ch, want)
}

// take takes up to want inputs that are alike. The caller holds the lock.
func (r *Resumed) take(ch *chunk.Chunk, want int) bool {
	for _, known := range []int{1, 0} {
		lo := r.find(r.at[known], r.total, known)
		if lo == r.total {
			r.at[known] = lo
			continue
		}
		hi := r.find(lo, min(lo+want, r.total), 1-known)
		r.at[known] = hi
		r.taken.Add(int64(hi - lo))
		r.bind(ch, lo, hi-lo)
		return true
	}
	return false
}

// find is the first input from lo on that is known, or is not; hi where there is none before that.
func (r *Resumed) find(lo, hi, known int) int {
	for lo < hi {
		word := r.known[lo/64]
		if known == 0 {
			word = ^word
		}
		if n := bits.TrailingZeros64(word >> (lo % 64)); n < 64-lo%64 {
			return min(lo+n, hi)
		}
		lo = (lo/64 + 1) * 64
	}
	return hi
}

// Waiting implements [Source].
func (r *Resumed) Waiting() int {
	return max(min(r.total, r.window.Limit())-int(r.taken.Load()), 0)
}

// Taken implements [Source].
func (r *Resumed) Taken() int { return int(r.taken.Load()) }
