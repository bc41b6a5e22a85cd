package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Second attempts of inputs whose first is slow, as a worker finds them.

// tryHedge takes a second attempt of an input that executes elsewhere. Re-runs and retries go before it, and while a fresh
// input is to be the probe, none begins. It does not wait for a token: where there is none now, fresh inputs get the next.
func (w *Worker) tryHedge(r *Run) work {
	h := r.hedger
	if h == nil || h.ready.Load() == 0 || r.suspects.some.Load() || r.backlog.UrgentFor(w.who) {
		return work{}
	}
	fresh := r.backlog.InReach()
	if fresh && w.who.Probe {
		return work{}
	}
	n := w.permit(1)
	if n == 0 {
		return work{}
	}
	if w.c.Execute(w, false, false) && w.joins(r) && r.s.rate.PassNow(fresh) {
		if ch := h.take(w.lineage()); ch != nil && w.admitSecond(r, ch) {
			w.takes() // never held back for it: see hedgesFor
			return work{run: r, ch: ch}
		}
		r.s.rate.Back()
	}
	w.c.Unused(n)
	return work{}
}

// admitSecond reports that a second attempt may begin as far as the limits of its run go.
func (w *Worker) admitSecond(r *Run, ch *chunk.Chunk) bool {
	if r.aside == nil {
		return true
	}
	pass, ok := r.aside.Try(ch, false)
	if !ok {
		r.giveBack(ch) // the first may have failed meanwhile, and left it to the second
		return false
	}
	w.takePass(pass)
	return true
}

// desert has the input of a call that nobody waits for fail, unless another attempt of it executes.
func (w *Worker) desert(r *Run, ch *chunk.Chunk) {
	t := ch.Task
	if r.hedger != nil {
		t = r.hedger.returned(t)
	}
	if t != nil {
		r.fail(t, ErrCancelled)
	}
	r.free.Put(ch)
	w.c.Unused(1)
}
