package chunk

import "sync/atomic"

// Span is how far a container has come with a chunk: how many of its inputs it has begun,
// and where the chunk ends for it. To begin the next inputs is one atomic operation, which
// at the same time says that those before are finished: an idle container, the emitter and
// a crash all need to know. It has a cache line for itself.
type Span struct {
	_ [64]byte
	v atomic.Uint64 // begun in the high half, the end in the low half
	_ [56]byte
}

func pack(begun, end int) uint64       { return uint64(begun)<<32 | uint64(end) }
func unpack(v uint64) (begun, end int) { return int(v >> 32), int(uint32(v)) }

// Set makes it so.
func (s *Span) Set(begun, end int) { s.v.Store(pack(begun, end)) }

// Get returns both.
func (s *Span) Get() (begun, end int) { return unpack(s.v.Load()) }

// Next begins the next n inputs: those from i, as far as the end. It is generic for the compiler, which
// inlines only that into loops that are compiled where they are instantiated.
func Next[In any](s *Span, n int) (i, end int) {
	v := s.v.Add(uint64(n) << 32)
	return int(v>>32) - n, int(uint32(v))
}

// Freeze lets no further input begin: the chunk ends at end, and so many count as begun. It
// returns what was.
func (s *Span) Freeze(begun, end int) (wasBegun, wasEnd int) {
	return unpack(s.v.Swap(pack(begun, end)))
}

// Shrink moves the end towards what is begun, to where split puts it, while the owner goes
// on beginning inputs. It reports false if nothing was left to take.
func (s *Span) Shrink(split func(begun, end int) int) (mid, end int, ok bool) {
	for {
		v := s.v.Load()
		begun, end := unpack(v)
		if begun >= end {
			return 0, 0, false
		}
		mid := split(begun, end)
		if s.v.CompareAndSwap(v, pack(begun, mid)) {
			return mid, end, true
		}
	}
}
