package engine

import "github.com/longshore-go/longshore/mapper/internal/durable"

// markFor is where the worker notes what it executes of a run, so that it is known when the process
// has died; nil without a journal. What worker processes execute does not kill this one. It is
// the worker's own goroutine's.
func (w *Worker) markFor(r *Run) *durable.Slot {
	switch {
	case w.marked == r:
		return w.mark
	case w.marked != nil:
		w.unmark()
	}
	if r.keeper != nil && w.c.Instance().Remote == nil {
		w.mark, w.marked = r.keeper.Mark(), r
	}
	return w.mark
}

// unmark is the end of that.
func (w *Worker) unmark() {
	if w.mark != nil {
		w.marked.keeper.Unmark(w.mark)
	}
	w.mark, w.marked = nil, nil
}
