package mapper

// Taking parts of a chunk that a container has in hand: the front, which is
// finished, the back, which is not begun, and the one input in between.
//
// Whatever leaves a container's hands is handed over under its lock, to the outlet or
// to todo: there is no moment at which an input is nowhere, and none at which two have
// it. Nothing that is called there blocks, or runs the user's code.

// cut publishes the finished inputs before position k, and returns how many there were.
// The caller holds w.mu.
func (w *worker[In, Out]) cut(ch *chunk[In, Out], k int) (n int) {
	n = k - ch.from
	if n <= 0 {
		return 0
	}
	piece := w.e.depot.get()
	piece.lo = ch.lo + ch.from
	w.e.lend(piece, ch, ch.in[ch.from:k])
	piece.size(n)
	copy(piece.out, ch.out[ch.from:k])
	clear(ch.out[ch.from:k]) // or a recycled chunk keeps them alive
	ch.from = k
	w.e.succeed(piece)
	return n
}

// tail is the inputs from position lo to hi, which are not begun, as a chunk of their
// own; nil when there are none. The caller holds w.mu.
func (w *worker[In, Out]) tail(ch *chunk[In, Out], lo, hi int) *chunk[In, Out] {
	if lo >= hi {
		return nil
	}
	piece := w.e.depot.get()
	piece.lo = ch.lo + lo
	piece.rec = ch.rec
	w.e.lend(piece, ch, ch.in[lo:hi])
	return piece
}

// fail settles input i of the chunk in hand, which returned err. It reports false if
// the chunk was taken away meanwhile.
func (w *worker[In, Out]) fail(ch *chunk[In, Out], i int, err error) bool {
	v := w.e.verdictOn(err)
	w.mu.Lock()
	if w.cur != ch {
		w.mu.Unlock()
		return false
	}
	n := w.cut(ch, i)
	ch.from = i + 1
	w.e.settle(recordOf(ch, i), v)
	w.mu.Unlock()
	w.c.Finished(n + 1)
	return true
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

// giveUp gives back what is left of the chunk from position i on, some of which counts
// as begun: the run is over. Only the container itself may call it.
func (w *worker[In, Out]) giveUp(ch *chunk[In, Out], i int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur != ch {
		return
	}
	_, end := begunEnd(w.freeze(i))
	w.e.todo.giveBack(w.tail(ch, i, end))
}

// freeze lets no further input of the chunk begin: it ends at position end. It returns
// the span as it was. The caller holds w.mu.
func (w *worker[In, Out]) freeze(end int) uint64 {
	for {
		s := w.span.Load()
		if w.span.CompareAndSwap(s, spanOf(end, end)) {
			return s
		}
	}
}

// somewhere is the position of an input that executes on another goroutine: of those
// begun last, the first.
const somewhere = -1

// surrender takes the whole chunk away from a container that is dead or given up while
// it executed the input at position i, and has begun settle that input. It reports
// false if the container had nothing in hand. The chunk of one that was given up is left
// to the collector, since its goroutine may still write to it.
func (w *worker[In, Out]) surrender(i int, begun func(*record[In, Out])) bool {
	w.mu.Lock()
	ch := w.cur
	if ch == nil {
		w.mu.Unlock()
		return false
	}
	n, end := begunEnd(w.freeze(0))
	w.letGo()
	mine := i != somewhere
	if !mine {
		i = n - w.lease
	}
	i = max(i, ch.from)
	done := w.cut(ch, min(i, end))
	next := i
	if i < min(n, end) {
		next = i + 1
		begun(recordOf(ch, i))
	}
	w.e.todo.giveBack(w.tail(ch, next, end))
	w.mu.Unlock()
	if mine {
		w.e.depot.put(ch)
		w.c.Finished(done) // a container that is given up has no use for progress
	}
	return true
}

// steal takes half of what another container has claimed and not begun. The thief has
// it in hand before anyone else can look: between two containers there is only the
// goroutine of the thief, which the run waits for.
func (w *worker[In, Out]) steal() *chunk[In, Out] {
	n := len(w.e.workers)
	for i := 1; i < n; i++ {
		if v := w.e.workers[(w.c.Lineage()+i)%n].Load(); v != nil {
			if ch := v.halve(); ch != nil {
				return ch
			}
		}
	}
	return nil
}

// halve takes away half of the inputs not begun. The container goes on beginning
// inputs while the end is moved towards it.
func (w *worker[In, Out]) halve() *chunk[In, Out] {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.cur
	if ch == nil {
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
			return w.tail(ch, mid, end)
		}
	}
}

// front publishes the finished inputs of a container that goes on, for an emitter that
// has nothing else to deliver, and reports whether there were any.
func (w *worker[In, Out]) front() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.cur
	if ch == nil || len(ch.in) == 1 {
		return false
	}
	begun, end := begunEnd(w.span.Load())
	return w.cut(ch, min(begun-w.lease, end)) > 0
}
