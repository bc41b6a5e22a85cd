package typed

import (
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

// Failures are the inputs that have failed for good.
type Failures struct {
	mu  sync.Mutex
	All []*chunk.Task
}

func (f *Failures) add(t *chunk.Task) {
	f.mu.Lock()
	f.All = append(f.All, t)
	f.mu.Unlock()
}
