package chunk

import (
	"sync"
	"sync/atomic"
)

// Completions delivers in the order of completion. The zero value is ready for use.
type Completions struct {
	mu          sync.Mutex
	first, last *Chunk
	count       atomic.Int64
}

// Put implements [Sink].
func (q *Completions) Put(c *Chunk) bool {
	q.mu.Lock()
	if q.last == nil {
		q.first = c
	} else {
		q.last.next = c
	}
	q.last = c
	q.mu.Unlock()
	q.count.Add(1)
	return true
}

// Pop implements [Queue].
func (q *Completions) Pop() *Chunk {
	if q.count.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.first
	q.first = c.next
	if q.first == nil {
		q.last = nil
	}
	c.next = nil
	q.count.Add(-1)
	return c
}

// Skip implements [Queue].
func (q *Completions) Skip(int) *Chunk { return q.Pop() }

// Waiting implements [Queue].
func (q *Completions) Waiting() bool { return q.count.Load() > 0 }
