package engine

import "github.com/longshore-go/longshore/mapper/internal/chunk"

// What the user's code is asked about inputs before they begin: a key, a weight, an identity. The worker has nothing in hand
// then. It says what it asks about, so that this can be taken away from it as well if the answer never comes.

// asks says that the worker is about to ask about a chunk, while it has taken those beside it.
func (w *Worker) asks(r *Run, ch *chunk.Chunk, beside ...*chunk.Chunk) {
	w.asked.r, w.asked.chunks = r, append(append(w.asked.chunks[:0], ch), beside...)
	w.awaken()
	w.question.Store(&w.asked)
}

// answered reports that what the worker has asked about is its own still. Otherwise the worker was given up meanwhile, and must
// let go of it.
func (w *Worker) answered() bool {
	if !w.question.CompareAndSwap(&w.asked, nil) {
		return false
	}
	clear(w.asked.chunks) // or a container that lives on would keep them, and the run
	w.asked.r = nil
	return true
}

// unask has what a worker asks about executed elsewhere, since the worker is given up, and reports whether that was anything.
// Its goroutine may still read and write the chunks, which are left to the collector.
func (w *Worker) unask() bool {
	q := w.question.Swap(nil)
	if q == nil {
		return false
	}
	for _, ch := range q.chunks {
		q.r.giveBack(q.r.tail(ch, 0, ch.N))
	}
	if q.awaits {
		q.r.aside.Arrive(q.turn, nil, false)
		w.s.Idle.Nudge()
	}
	return true
}
