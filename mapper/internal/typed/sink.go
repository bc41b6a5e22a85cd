package typed

import (
	"slices"
	"sync"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// SliceSink is the slice that Collect returns: every chunk goes straight to its place, and
// nothing waits to be delivered.
type SliceSink[In, Out any] struct {
	Out  []Out
	Free *chunk.FreeList
	Failures
}

// Put implements [chunk.Sink].
func (s *SliceSink[In, Out]) Put(c *chunk.Chunk) bool {
	if c.Task != nil && c.Task.Err != nil {
		s.add(c.Task)
	} else {
		copy(s.Out[c.Lo:], Of[In, Out](c).Out[:c.N])
	}
	s.Free.Put(c)
	return false
}

// GrowingSink is SliceSink for a run that has more inputs than were given.
type GrowingSink[In, Out any] struct {
	Out  []Out
	Free *chunk.FreeList
	Failures
	mu sync.Mutex // guards Out
}

// Put implements [chunk.Sink].
func (s *GrowingSink[In, Out]) Put(c *chunk.Chunk) bool {
	if c.Task != nil && c.Task.Err != nil {
		s.add(c.Task)
	} else {
		s.mu.Lock()
		s.Grow(c.Lo + c.N)
		copy(s.Out[c.Lo:], Of[In, Out](c).Out[:c.N])
		s.mu.Unlock()
	}
	s.Free.Put(c)
	return false
}

// Grow makes room for the values of n inputs. The caller holds the lock, or is the last.
func (s *GrowingSink[In, Out]) Grow(n int) {
	if n > len(s.Out) {
		s.Out = slices.Grow(s.Out, n-len(s.Out))[:n]
	}
}

// NoSink is that of Each: values are let go of, and only failures are kept. It needs no types, and is beside those that do.
type NoSink struct {
	Free *chunk.FreeList
	Failures
}

// Put implements [chunk.Sink].
func (s *NoSink) Put(c *chunk.Chunk) bool {
	if c.Task != nil && c.Task.Err != nil {
		s.add(c.Task)
	}
	s.Free.Put(c)
	return false
}
