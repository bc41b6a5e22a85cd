package chunk

import "sync"

// FreeList keeps chunks that nobody uses, the last one first since its memory is warm.
type FreeList struct {
	New func() *Chunk // makes one, with a payload

	mu   sync.Mutex
	free *Chunk
	n    int
}

// maxFree is how many chunks are kept. Those that stand in a queue, such as what a journal is to give back, are many at once
// and come one after the other: with the room for their values they would take as much as the results.
const maxFree = 1024

// Get returns an empty chunk.
func (f *FreeList) Get() *Chunk {
	f.mu.Lock()
	c := f.free
	if c != nil {
		f.free = c.next
		f.n--
	}
	f.mu.Unlock()
	if c == nil {
		return f.New()
	}
	c.next = nil
	return c
}

// Put takes a chunk back and lets go of what it held.
func (f *FreeList) Put(c *Chunk) {
	c.Payload.Clear()
	c.N, c.Task, c.From, c.Keys, c.Silent = 0, nil, 0, nil, false
	c.Key, c.Weight = "", 0
	f.mu.Lock()
	if f.n < maxFree {
		c.next = f.free
		f.free = c
		f.n++
	}
	f.mu.Unlock()
}

// Attempt is a chunk of the task's input.
func (f *FreeList) Attempt(t *Task) *Chunk {
	c := f.Get()
	c.SetTask(t)
	return c
}

// Failure is a chunk that carries a failed input alone.
func (f *FreeList) Failure(t *Task) *Chunk {
	c := f.Attempt(t)
	c.Grow()
	return c
}
