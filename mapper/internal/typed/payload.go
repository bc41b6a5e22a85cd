package typed

import (
	"fmt"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Payload is the inputs of a chunk and their values.
type Payload[In, Out any] struct {
	In  []In  // the caller's own slice, or buffer
	Out []Out // buffer

	growth *growth[In] // of a function that adds inputs; else nil
	chunk  chunk.Chunk // in one piece with its payload
	inBuf  []In
	outBuf []Out
}

// New makes a chunk.
func New[In, Out any]() *chunk.Chunk {
	p := &Payload[In, Out]{}
	p.chunk.Payload = p
	return &p.chunk
}

// Of is the payload of a chunk.
func Of[In, Out any](c *chunk.Chunk) *Payload[In, Out] { return c.Payload.(*Payload[In, Out]) }

// Share implements [chunk.Payload].
func (p *Payload[In, Out]) Share(from chunk.Payload, lo, hi int) {
	p.In = from.(*Payload[In, Out]).In[lo:hi]
}

// Copy implements [chunk.Payload].
func (p *Payload[In, Out]) Copy(from chunk.Payload, lo, hi int) {
	p.inBuf = append(p.inBuf[:0], from.(*Payload[In, Out]).In[lo:hi]...)
	p.In = p.inBuf
}

// SetInput implements [chunk.Payload].
func (p *Payload[In, Out]) SetInput(in any) {
	p.inBuf = append(p.inBuf[:0], *in.(*In))
	p.In = p.inBuf
}

// Task implements [chunk.Payload].
func (p *Payload[In, Out]) Task(i int) *chunk.Task {
	t := &struct {
		chunk.Task
		in In
	}{in: p.In[i]}
	t.In = &t.in
	return &t.Task
}

// Grow implements [chunk.Payload].
func (p *Payload[In, Out]) Grow(n int) {
	if cap(p.outBuf) < n {
		p.outBuf = make([]Out, n)
	}
	p.Out = p.outBuf[:n]
}

// Move implements [chunk.Payload].
func (p *Payload[In, Out]) Move(from chunk.Payload, lo, hi int) {
	of := from.(*Payload[In, Out])
	if of.growth != nil && len(of.growth.added) > 0 {
		p.growth.move(of.growth, lo, hi)
	}
	out := of.Out[lo:hi]
	p.Grow(len(out))
	copy(p.Out, out)
	clear(out) // or a recycled chunk keeps them alive
}

// Trim implements [chunk.Payload]. Values that are cut off are cleared, since Clear does not
// see them any more: a batch may return one also for a row that it fails.
func (p *Payload[In, Out]) Trim(lo, hi int) {
	clear(p.Out[:lo])
	clear(p.Out[hi:])
	p.In, p.Out = p.In[lo:hi], p.Out[lo:hi]
	if p.growth != nil {
		p.growth.trim(lo, hi)
	}
}

// Boxed implements [chunk.Payload].
func (p *Payload[In, Out]) Boxed(i int) any { return p.In[i] }

// SetBoxed implements [chunk.Payload].
func (p *Payload[In, Out]) SetBoxed(i int, value any) error {
	if p.growth != nil {
		return p.setGrown(i, value)
	}
	v, ok := value.(Out)
	if !ok && value != nil {
		return fmt.Errorf("the runtime returned a %T", value)
	}
	p.Out[i] = v
	return nil
}

// Inputs implements [chunk.Payload].
func (p *Payload[In, Out]) Inputs() any { return p.In }

// Values implements [chunk.Payload].
func (p *Payload[In, Out]) Values() any { return p.Out }

// Clear implements [chunk.Payload].
func (p *Payload[In, Out]) Clear() {
	clear(p.inBuf)
	clear(p.Out)
	p.In, p.Out = nil, nil
	if p.growth != nil {
		p.growth.clear()
	}
}
