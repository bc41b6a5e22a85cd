package backlog

import (
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// mostStretches is how many stretches of inputs are cut further by probes at most.
const mostStretches = 1024

// stretches is the fresh inputs that were given back, as chunks in the order of their inputs.
// It is not safe for concurrent use.
type stretches struct {
	list  []*chunk.Chunk
	split func(ch *chunk.Chunk, n int) *chunk.Chunk
}

// add puts a stretch in its place.
func (s *stretches) add(ch *chunk.Chunk) {
	at, _ := slices.BinarySearchFunc(s.list, ch.Lo, func(c *chunk.Chunk, lo int) int { return c.Lo - lo })
	s.list = slices.Insert(s.list, at, ch)
}

// takeLowest takes the first n inputs, or as many as are in one stretch; nil if there are none.
func (s *stretches) takeLowest(n int) *chunk.Chunk {
	if len(s.list) == 0 {
		return nil
	}
	ch := s.list[0]
	if ch.N <= n {
		s.list = slices.Delete(s.list, 0, 1)
	} else {
		s.list[0] = s.split(ch, n)
	}
	return ch
}

// take takes the k-th input alone.
func (s *stretches) take(k int) *chunk.Chunk {
	for at, ch := range s.list {
		if k >= ch.N {
			k -= ch.N
			continue
		}
		one, next := ch, at
		if k > 0 {
			one, next = s.split(ch, k), at+1
		} else {
			s.list = slices.Delete(s.list, at, at+1)
		}
		if one.N > 1 {
			s.list = slices.Insert(s.list, next, s.split(one, 1))
		}
		return one
	}
	panic("backlog: fewer inputs than were counted")
}

// before is how many inputs stand before a stretch.
func (s *stretches) before(at int) (n int) {
	for _, ch := range s.list[:at] {
		n += ch.N
	}
	return n
}
