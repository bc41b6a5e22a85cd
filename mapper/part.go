package mapper

// Taking parts of a chunk that a container has in hand: the front, which is
// finished, the back, which is not begun, and the one input in between.

// cut detaches the finished inputs before position k as a chunk of their own. The
// caller holds w.mu and publishes it afterwards; nil when there are none.
func (w *worker[In, Out]) cut(ch *chunk[In, Out], k int) *chunk[In, Out] {
	if k <= ch.from {
		return nil
	}
	piece := w.e.depot.get()
	piece.lo = ch.lo + ch.from
	w.e.lend(piece, ch.in[ch.from:k])
	piece.size(k - ch.from)
	copy(piece.out, ch.out[ch.from:k])
	ch.from = k
	return piece
}

// fail turns input i of the chunk in hand, which returned err, into a record and
// settles it. It reports false if the chunk was taken away meanwhile.
func (w *worker[In, Out]) fail(ch *chunk[In, Out], i int, err error) bool {
	w.mu.Lock()
	if w.cur != ch {
		w.mu.Unlock()
		return false
	}
	piece := w.cut(ch, i)
	rec := recordOf(ch, i)
	ch.from = i + 1
	w.mu.Unlock()
	w.publish(piece)
	w.c.Finished(1)
	w.e.settle(rec, err)
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

// somewhere is the position of an input that executes on another goroutine: one of
// those begun last.
const somewhere = -1

// detach takes the whole chunk away from a container that is dead or given up while
// it executed the input at position i: finished, begun and unbegun parts. All are nil
// if it had none in hand. The chunk itself is left to the collector, since a goroutine
// that was given up may still write to it.
func (w *worker[In, Out]) detach(i int) (done *chunk[In, Out], begun *record[In, Out], rest *chunk[In, Out]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.cur
	if ch == nil {
		return nil, nil, nil
	}
	w.cur = nil
	if len(ch.in) > 1 {
		w.e.wide.Add(-1)
	}
	n, end := w.freeze()
	if i == somewhere {
		i = n - w.lease
	}
	if i < 0 || i >= end { // between two inputs
		i = min(max(i, 0), end)
		return w.cut(ch, i), nil, w.tail(ch, i, end)
	}
	return w.cut(ch, i), recordOf(ch, i), w.tail(ch, i+1, end)
}

// freeze lets no further input of the chunk begin, and returns how far it had come. The
// caller holds w.mu.
func (w *worker[In, Out]) freeze() (begun, end int) {
	for {
		s := w.span.Load()
		if w.span.CompareAndSwap(s, spanOf(0, 0)) {
			return begunEnd(s)
		}
	}
}

// unlease takes away what is left of the chunk from position i on, some of which
// counts as begun. Only the container itself may call it.
func (w *worker[In, Out]) unlease(ch *chunk[In, Out], i int) *chunk[In, Out] {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur != ch {
		return nil
	}
	_, end := begunEnd(w.span.Load())
	if i >= end {
		return nil
	}
	w.span.Store(spanOf(i, i))
	return w.tail(ch, i, end)
}

// tail is the inputs from position lo to hi as a chunk of their own, nil when there
// are none.
func (w *worker[In, Out]) tail(ch *chunk[In, Out], lo, hi int) *chunk[In, Out] {
	if lo >= hi {
		return nil
	}
	piece := w.e.depot.get()
	piece.lo = ch.lo + lo
	piece.rec = ch.rec
	w.e.lend(piece, ch.in[lo:hi])
	return piece
}

// all and half are how much of the unbegun inputs to take away.
const (
	all  = 1
	half = 2
)

// cede takes away one part in so many of the inputs not begun.
func (w *worker[In, Out]) cede(part int) *chunk[In, Out] {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.back(part)
}

// back is cede for those who hold w.mu. The container goes on beginning inputs while
// the end is moved towards it.
func (w *worker[In, Out]) back(part int) *chunk[In, Out] {
	ch := w.cur
	if ch == nil {
		return nil
	}
	for {
		s := w.span.Load()
		begun, end := begunEnd(s)
		if begun >= end {
			return nil
		}
		mid := begun + (end-begun)*(part-1)/part
		if w.span.CompareAndSwap(s, spanOf(begun, mid)) {
			return w.tail(ch, mid, end)
		}
	}
}

// front takes away the finished inputs of a container that goes on, for an emitter
// that has nothing else to deliver.
func (w *worker[In, Out]) front() *chunk[In, Out] {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.cur
	if ch == nil || len(ch.in) == 1 {
		return nil
	}
	begun, end := begunEnd(w.span.Load())
	return w.cut(ch, min(begun-w.lease, end))
}

// steal takes half of what another container has claimed and not begun.
func (w *worker[In, Out]) steal() *chunk[In, Out] {
	n := len(w.e.workers)
	for i := 1; i < n; i++ {
		if v := w.e.workers[(w.c.Lineage()+i)%n].Load(); v != nil {
			if ch := v.cede(half); ch != nil {
				return ch
			}
		}
	}
	return nil
}
