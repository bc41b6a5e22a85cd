package mapper

import "time"

// Drain asks one container of the function to end: it takes no further inputs, ends after
// what it executes, exit included, and is replaced. Inputs that it has claimed and
// not begun are executed elsewhere. Nothing is charged for it. Drain does not wait, and
// reports false if there is no such container any more.
func (f *Function[In, Out]) Drain(container int) bool {
	return f.p.drain(container)
}

func (p *pool[In, Out]) drain(container int) bool {
	h := p.byID(container)
	if h != nil {
		h.retire()
	}
	return h != nil
}

// Preempt is [Function.Drain] at once: the attempts that execute in the container are cancelled
// with the cause [ErrInterrupted]. One that still returns a value within Grace is finished;
// any other is executed elsewhere as if it had not been begun (with AtMostOnce it fails with
// ErrInterrupted), and a container that ignores its contexts for Grace is abandoned.
func (f *Function[In, Out]) Preempt(container int) bool {
	h := f.p.byID(container)
	if h == nil {
		return false
	}
	h.interrupt(ErrInterrupted)
	time.AfterFunc(max(f.p.opts.Grace, 1), func() {
		if h.busy.Load() > 0 && f.p.host(h.c) == h {
			h.giveUp()
		}
	})
	return true
}

// byID is the container with that number, nil if it has ended.
func (p *pool[In, Out]) byID(container int) *host[In, Out] {
	for h := range p.hosts {
		if h.c.ID() == container && !h.lost.Load() {
			return h
		}
	}
	return nil
}
