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

// Failures are the inputs that have failed for good.
type Failures struct {
	mu      sync.Mutex
	all     []*chunk.Task
	highest int // index
}

func (f *Failures) add(t *chunk.Task) {
	f.mu.Lock()
	f.all = append(f.all, t)
	f.highest = max(f.highest, t.Index)
	f.mu.Unlock()
}

// InOrder are all of them, by index, once the run has ended. Where more than one input of eight has failed each is put in its
// place: to sort them took longer than all else that was done about them.
func (f *Failures) InOrder() []*chunk.Task {
	if len(f.all) <= f.highest/8 {
		slices.SortFunc(f.all, func(a, b *chunk.Task) int { return a.Index - b.Index })
		return f.all
	}
	places := make([]*chunk.Task, f.highest+1)
	for _, t := range f.all {
		places[t.Index] = t
	}
	return slices.DeleteFunc(places, func(t *chunk.Task) bool { return t == nil })
}
