package mapper

import (
	"sync"
	"sync/atomic"
)

// outlet is where finished chunks go.
type outlet[In, Out any] interface {
	// put hands over a finished chunk, from any goroutine. It reports whether the
	// emitter may be waiting for it.
	put(c *chunk[In, Out]) bool
}

// queue is an outlet that an emitter empties, in one of two orders. Only the emitter
// calls the methods besides put.
type queue[In, Out any] interface {
	outlet[In, Out]
	// pop returns the next chunk to deliver, nil when there is none yet.
	pop() *chunk[In, Out]
	// waiting reports that pop would return something.
	waiting() bool
	// skip gives up waiting for what pop would return next and returns the next
	// chunk there is below index limit, nil when there is none.
	skip(limit int) *chunk[In, Out]
}

// ring delivers in the order of the inputs. A chunk waits in the slot of its first
// input, so the ring is the reorder buffer, and no longer than the window.
type ring[In, Out any] struct {
	slots []atomic.Pointer[chunk[In, Out]]
	mask  int
	head  atomic.Int64 // the emitter's place
}

func newRing[In, Out any](window int) *ring[In, Out] {
	size := 1
	for size < window {
		size *= 2
	}
	return &ring[In, Out]{slots: make([]atomic.Pointer[chunk[In, Out]], size), mask: size - 1}
}

func (r *ring[In, Out]) put(c *chunk[In, Out]) bool {
	lo := int64(c.lo)
	r.slots[c.lo&r.mask].Store(c)
	return r.head.Load() == lo
}

func (r *ring[In, Out]) pop() *chunk[In, Out] {
	at := int(r.head.Load())
	slot := &r.slots[at&r.mask]
	c := slot.Load()
	if c != nil {
		slot.Store(nil)
		r.head.Store(int64(at + len(c.out)))
	}
	return c
}

func (r *ring[In, Out]) skip(limit int) *chunk[In, Out] {
	for at := int(r.head.Load()); at < limit; at++ {
		r.head.Store(int64(at))
		if c := r.pop(); c != nil {
			return c
		}
	}
	return nil
}

func (r *ring[In, Out]) waiting() bool {
	return r.slots[int(r.head.Load())&r.mask].Load() != nil
}

// pile delivers in the order of completion.
type pile[In, Out any] struct {
	mu          sync.Mutex
	first, last *chunk[In, Out]
	count       atomic.Int64
}

func (p *pile[In, Out]) put(c *chunk[In, Out]) bool {
	p.mu.Lock()
	if p.last == nil {
		p.first = c
	} else {
		p.last.next = c
	}
	p.last = c
	p.mu.Unlock()
	p.count.Add(1)
	return true
}

func (p *pile[In, Out]) pop() *chunk[In, Out] {
	if p.count.Load() == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.first
	p.first = c.next
	if p.first == nil {
		p.last = nil
	}
	c.next = nil
	p.count.Add(-1)
	return c
}

func (p *pile[In, Out]) skip(int) *chunk[In, Out] { return p.pop() }

func (p *pile[In, Out]) waiting() bool { return p.count.Load() > 0 }

// sheet is the slice that Collect returns: every chunk goes straight to its place,
// and nothing waits to be delivered.
type sheet[In, Out any] struct {
	out   []Out
	depot *depot[In, Out]

	mu       sync.Mutex
	failures []InputError
}

func (s *sheet[In, Out]) put(c *chunk[In, Out]) bool {
	if c.rec != nil && c.rec.err != nil {
		s.mu.Lock()
		s.failures = append(s.failures, InputError{Index: c.lo, Attempts: c.rec.attempts, Err: c.rec.err})
		s.mu.Unlock()
	} else {
		copy(s.out[c.lo:], c.out)
	}
	s.depot.put(c)
	return false
}
