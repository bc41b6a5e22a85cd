package engine

import "github.com/longshore-go/longshore/mapper/internal/chunk"

// trySuspect finds the worker a suspect. Where others serve the run, it leaves it, as they do: the
// last of them takes it.
func (w *Worker) trySuspect(r *Run) work {
	n := w.permit(1)
	if n == 0 {
		return work{}
	}
	if t := r.suspects.take(w, r.visitors.Load()); t != nil {
		w.c.Execute(w, false, false)
		return w.force(r, t)
	}
	w.c.Unused(n)
	w.serve(nil)
	return work{}
}

// force has it begin whatever the limits are: the run waits for it.
func (w *Worker) force(r *Run, t *chunk.Task) work {
	ch := r.free.Attempt(t)
	if r.aside != nil {
		w.takePass(r.aside.Force(ch, false))
	}
	if r.former != nil {
		return work{run: r, batch: []*chunk.Chunk{ch}}
	}
	return work{run: r, ch: ch}
}
