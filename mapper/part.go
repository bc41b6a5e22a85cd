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

// detach takes the whole chunk away from a container that is dead or given up:
// finished, begun and unbegun parts. All are nil if it had none in hand.
func (w *worker[In, Out]) detach() (done *chunk[In, Out], begun *record[In, Out], rest *chunk[In, Out]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.cur
	if ch == nil {
		return nil, nil, nil
	}
	rest = w.back(all)
	n, end := begunEnd(w.span.Load())
	if i := n - 1; i >= 0 && i < end {
		done = w.cut(ch, i)
		begun = recordOf(ch, i)
	}
	w.cur = nil
	if len(ch.in) > 1 {
		w.e.wide.Add(-1)
	}
	return done, begun, rest // ch itself is left to the collector: a lost goroutine may still write to it
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
			piece := w.e.depot.get()
			piece.lo = ch.lo + mid
			w.e.lend(piece, ch.in[mid:end])
			piece.rec = ch.rec
			return piece
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
	return w.cut(ch, min(begun-1, end))
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
