package mapper

// Taking parts of a chunk that a container has in hand: the front, which is
// finished, the back, which is not begun, and the one input in between.
//
// Whatever leaves a container's hands is handed over under its lock, to the outlet or
// to todo: there is no moment at which an input is nowhere, and none at which two have
// it. Nothing that is called there blocks, or runs the user's code.

// cut publishes the finished inputs before position k, and returns how many there were.
// The caller holds w.mu.
func (w *worker[In, Out]) cut(e *engine[In, Out], ch *chunk[In, Out], k int) (n int) {
	n = k - ch.from
	if n <= 0 {
		return 0
	}
	piece := e.depot.get()
	piece.lo = ch.lo + ch.from
	e.lend(piece, ch, ch.in[ch.from:k])
	piece.size(n)
	copy(piece.out, ch.out[ch.from:k])
	clear(ch.out[ch.from:k]) // or a recycled chunk keeps them alive
	ch.from = k
	if piece.rec = ch.rec; ch.rec != nil {
		ch.rec.succeeded()
	}
	e.succeed(piece)
	return n
}

// tail is the inputs of a chunk from position lo to hi, which are not begun, as a chunk
// of their own; nil when there are none. The caller holds the lock of whoever has ch.
func (e *engine[In, Out]) tail(ch *chunk[In, Out], lo, hi int) *chunk[In, Out] {
	if lo >= hi {
		return nil
	}
	piece := e.depot.get()
	piece.lo = ch.lo + lo
	piece.rec = ch.rec
	e.lend(piece, ch, ch.in[lo:hi])
	return piece
}

// fail settles input i of the chunk in hand, which returned err. It reports false if
// the chunk was taken away meanwhile.
func (w *worker[In, Out]) fail(e *engine[In, Out], ch *chunk[In, Out], i int, err error) bool {
	v := e.verdictIn(ch, err)
	w.mu.Lock()
	if w.cur != ch {
		w.mu.Unlock()
		return false
	}
	n := w.settleAt(e, ch, i, v)
	w.mu.Unlock()
	w.h.c.Finished(n + 1)
	return true
}

// settleAt settles input i of a chunk in hand, and publishes those before it, of which it
// returns the number. The caller holds w.mu.
func (w *worker[In, Out]) settleAt(e *engine[In, Out], ch *chunk[In, Out], i int, v verdict) (n int) {
	n = w.cut(e, ch, i)
	ch.from = i + 1
	w.settle(e, recordOf(ch, i), v)
	return n
}

// settle decides about an input that the worker has executed without success. What an
// attempt returns that was interrupted says nothing about the input.
func (w *worker[In, Out]) settle(e *engine[In, Out], rec *record[In, Out], v verdict) {
	w.noteFailure(v.err)
	if w.interrupted {
		e.elsewhere(rec)
	} else {
		e.settle(rec, v)
	}
}

// recordOf is the record of input i, an attempt of which has been begun.
func recordOf[In, Out any](ch *chunk[In, Out], i int) *record[In, Out] {
	rec := ch.rec
	if rec == nil {
		rec = &record[In, Out]{index: ch.lo + i, in: ch.in[i]}
	}
	rec.attempts++
	return rec
}

// giveBack gives back what is left of the chunk from position i on, some of which counts
// as begun: the run is over, or the container retires. Only the worker itself may call it.
func (w *worker[In, Out]) giveBack(e *engine[In, Out], ch *chunk[In, Out], i int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur != ch {
		return
	}
	_, end := begunEnd(w.freeze(i+w.lease, i))
	e.todo.giveBack(e.tail(ch, i, end))
}

// shed gives back what the worker has in hand and has not begun, since its container is
// to end after what it executes now.
func (w *worker[In, Out]) shed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur == nil {
		return
	}
	for {
		s := w.span.Load()
		begun, end := begunEnd(s)
		if begun >= end {
			return
		}
		if w.span.CompareAndSwap(s, spanOf(begun, begun)) {
			w.e.todo.giveBack(w.e.tail(w.cur, begun, end))
			return
		}
	}
}

// freeze lets no further input of the chunk begin: it ends at position end, and so many count
// as begun. It returns the span as it was. The caller holds w.mu.
func (w *worker[In, Out]) freeze(begun, end int) uint64 { return w.span.Swap(spanOf(begun, end)) }

// steal takes half of what another worker has claimed of a run and not begun. The thief
// has it in hand before anyone else can look: between two workers there is only the
// goroutine of the thief, which the run waits for.
func (w *worker[In, Out]) steal(e *engine[In, Out]) *chunk[In, Out] {
	seats := *w.p.seats.Load()
	for i := range seats {
		h := seats[(w.h.c.Lineage()+i)%len(seats)].Load()
		if h == nil {
			continue
		}
		for _, v := range h.slots {
			if v != w {
				if ch := v.halve(e); ch != nil {
					return ch
				}
			}
		}
	}
	return nil
}

// halve takes away half of the inputs not begun. The worker goes on beginning inputs
// while the end is moved towards it.
func (w *worker[In, Out]) halve(e *engine[In, Out]) *chunk[In, Out] {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.cur
	if ch == nil || w.e != e {
		return nil
	}
	for {
		s := w.span.Load()
		begun, end := begunEnd(s)
		if begun >= end || len(ch.in) == 1 {
			return nil
		}
		mid := begun + (end-begun)/2
		if w.span.CompareAndSwap(s, spanOf(begun, mid)) {
			return e.tail(ch, mid, end)
		}
	}
}

// front publishes the finished inputs of a worker that goes on, for an emitter that
// has nothing else to deliver, and reports whether there were any.
func (w *worker[In, Out]) front(e *engine[In, Out]) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.cur
	if ch == nil || w.e != e || len(ch.in) == 1 {
		return false
	}
	begun, end := begunEnd(w.span.Load())
	return w.cut(e, ch, min(begun-w.lease, end)) > 0
}
