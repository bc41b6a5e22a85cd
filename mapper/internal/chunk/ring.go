package chunk

import "sync/atomic"

// Ring delivers in the order of the inputs. A chunk waits in the slot of its first input,
// so the ring is the reorder buffer, and no longer than the window.
type Ring struct {
	slots []atomic.Pointer[Chunk]
	mask  int
	head  atomic.Int64 // the emitter's place
}

// NewRing makes a ring for a window of so many inputs.
func NewRing(window int) *Ring {
	size := 1
	for size < window {
		size *= 2
	}
	return &Ring{slots: make([]atomic.Pointer[Chunk], size), mask: size - 1}
}

// Put implements [Sink].
func (r *Ring) Put(c *Chunk) bool {
	lo := int64(c.Lo)
	r.slots[c.Lo&r.mask].Store(c)
	return r.head.Load() == lo
}

// Pop implements [Queue].
func (r *Ring) Pop() *Chunk {
	at := int(r.head.Load())
	slot := &r.slots[at&r.mask]
	c := slot.Load()
	if c != nil {
		slot.Store(nil)
		r.head.Store(int64(at + c.N))
	}
	return c
}

// Skip implements [Queue].
func (r *Ring) Skip(limit int) *Chunk {
	for at := int(r.head.Load()); at < limit; at++ {
		r.head.Store(int64(at))
		if c := r.Pop(); c != nil {
			return c
		}
	}
	return nil
}

// Waiting implements [Queue].
func (r *Ring) Waiting() bool {
	return r.slots[int(r.head.Load())&r.mask].Load() != nil
}
