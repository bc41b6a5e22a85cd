package engine

// Which run a worker serves, which waits for it, and the sleep in between.

// visit makes r the run that the worker serves. It reports false if the run is
// over. First it says so and then it looks, as the run first is over and then looks. It looks at
// the run's context too: on busy processors it takes a while until that is told.
func (w *Worker) visit(r *Run) bool {
	w.serve(r)
	return !r.checkEnd()
}

// serve makes r, or no run, the one that the worker serves.
func (w *Worker) serve(r *Run) {
	old := w.serves.Load()
	if old == r {
		return
	}
	if old != nil {
		w.unvisit(old)
	}
	if r == nil {
		return
	}
	r.visitors.Add(1)
	w.serves.Store(r)
	if w.last != r {
		w.last = r
		w.Reset(int(r.firstClaim.Load()))
	}
}

// unvisit ends a visit, once: the worker's own, or that of one that is given up.
func (w *Worker) unvisit(r *Run) {
	if !w.serves.CompareAndSwap(r, nil) {
		return
	}
	if r.suspects.some.Load() {
		r.suspects.done(w)
	}
	if r.visitors.Add(-1) == 0 && r.over.Load() {
		r.lastLeft.Wake()
	}
}

// leave ends the worker's visit to a run. If it was woken for some
// work meanwhile, somebody else is.
func (w *Worker) leave() {
	w.tellRest()
	w.leaveCompany()
	w.serve(nil)
	w.quits(nil)
	w.doze()
	if !w.s.Over() && w.s.HasWork() {
		w.s.Idle.Wake()
	}
	w.release()
	w.unmark()
}

// ends reports that the worker must take nothing more.
func (w *Worker) ends() bool { return w.s.Over() || w.s.Context().Err() != nil || w.c.Halted() }

// rest is a worker's sleep, until there is something to do for it or its container ends.
func (w *Worker) rest() {
	w.tellRest()
	w.unmark()
	w.serve(nil)
	w.last, w.looping = nil, Loop{} // or a container that lives on would keep the run, and its inputs
	if w.foreign {
		w.release()
		w.ctx.Store(nil) // or the worker would remember the caller's values
		w.parent, w.foreign = nil, false
	}
	w.doze()
	lot, closed := w.c.Lot(w, w.slot)
	if closed {
		lot.Sleep(w.wakeup, w.c.Lineage(), w.mayLook)
	} else {
		lot.Sleep(w.wakeup, w.c.Lineage(), w.mayWork)
	}
}

// mayLook reports that the worker need not sleep where those do who must not look for work.
func (w *Worker) mayLook() bool { return w.ends() || !w.c.Closed(w) }

// mayWork reports that the worker need not sleep: it is its turn, and there is something for
// it, or its container ends.
func (w *Worker) mayWork() bool {
	return w.ends() || (w.s.MayTake(w.slot) && !w.c.Closed(w) && w.s.hasWorkFor(w))
}
