package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Taking parts of a chunk that a container has in hand: the front, which is finished, the
// back, which is not begun, and the one input in between.
//
// Whatever leaves a container's hands is handed over under its lock, to the sink or to the
// backlog: there is no moment at which an input is nowhere, and none at which two have it.
// Nothing that is called there blocks, or runs the user's code.

// publishFront publishes the finished inputs before position k, and returns how many there
// were. The caller holds w.mu.
func (w *Worker) publishFront(r *Run, ch *chunk.Chunk, k int) (n int) {
	n = k - ch.From
	if n <= 0 {
		return 0
	}
	piece := r.free.Get()
	piece.Lo = ch.Lo + ch.From
	r.lend(piece, ch, ch.From, k)
	piece.Payload.Move(ch.Payload, ch.From, k)
	ch.From = k
	if piece.Task = ch.Task; ch.Task != nil {
		ch.Task.Succeeded()
	}
	r.succeed(piece)
	return n
}

// failAt settles input i of the chunk in hand, which returned err. It reports false if the
// chunk was taken away meanwhile.
func (w *Worker) failAt(r *Run, ch *chunk.Chunk, i int, err error) bool {
	o := r.outcomeIn(ch.Task, err)
	w.mu.Lock()
	if w.cur != ch {
		w.mu.Unlock()
		return false
	}
	n := w.settleAt(r, ch, i, o)
	if !w.interrupted { // else it says nothing
		n++
	}
	begun := w.since
	w.mu.Unlock()
	w.finished(n, begun)
	return true
}

// settleAt settles input i of a chunk in hand, and publishes those before it, of which it
// returns the number. The caller holds w.mu.
func (w *Worker) settleAt(r *Run, ch *chunk.Chunk, i int, o outcome) (n int) {
	n = w.publishFront(r, ch, i)
	ch.From = i + 1
	w.settle(r, w.task(ch, i), o)
	return n
}

// settle decides about an input that the worker has executed without success. What an
// attempt returns that was interrupted says nothing about the input.
func (w *Worker) settle(r *Run, t *chunk.Task, o outcome) {
	w.noteFailure(o.err)
	switch {
	case w.interrupted:
		w.untried()
		r.elsewhere(t, nil)
	case o.throttled:
		w.refused(r, t, o)
	default:
		w.decide(r, t, o)
	}
}

// giveBack gives back what is left of the chunk from position i on, some of which counts as
// begun: the run is over, or the container retires. Only the worker itself may call it.
func (w *Worker) giveBack(ch *chunk.Chunk, i int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur != ch {
		return
	}
	w.untried()
	_, end := w.span.Freeze(i+w.Lease, i)
	w.run.giveBack(w.run.tail(ch, i, end))
}

// Shed implements [fleet.Worker].
func (w *Worker) Shed() {
	w.look.Store(true)
	w.shed()
	w.c.Rouse(w.slot, w.wakeup)
}

// shed gives back what the worker has in hand and has not begun.
func (w *Worker) shed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur == nil {
		return
	}
	if begun, end, ok := w.span.Shrink(func(begun, _ int) int { return begun }); ok {
		w.run.giveBack(w.run.tail(w.cur, begun, end))
	}
}

// halve takes away half of the inputs not begun. The worker goes on beginning inputs while
// the end is moved towards it.
func (w *Worker) halve(r *Run) *chunk.Chunk {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.cur
	if ch == nil || w.run != r || ch.N == 1 {
		return nil
	}
	mid, end, ok := w.span.Shrink(func(begun, end int) int { return begun + (end-begun)/2 })
	if !ok {
		return nil
	}
	return r.tail(ch, mid, end)
}

// front publishes the finished inputs of a worker that goes on, for an emitter that has
// nothing else to deliver, and reports whether there were any.
func (w *Worker) front(r *Run) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.cur
	if ch == nil || w.run != r || ch.N == 1 {
		return false
	}
	begun, end := w.span.Get()
	return w.publishFront(r, ch, min(begun-w.Lease, end)) > 0
}
