package mapper

// A worker serves one run at a time and says which, so that the run can wait for it. It
// asks after each chunk whose turn it is: the run that has the fewest workers goes
// first, so that a huge run of slow inputs and a single call get their share of the
// containers alike; among equals it goes round. (To count chunks or inputs would give
// the run with the slower inputs nearly all the time.)

// look finds something to do in one of the runs, in the order of their claims.
func (w *worker[In, Out]) look(eager bool) (*engine[In, Out], *chunk[In, Out], []*chunk[In, Out]) {
	if !w.mayTake() {
		return nil, nil, nil
	}
	runs := *w.p.runs.Load()
	if len(runs) == 1 {
		return w.try(runs[0], eager)
	}
	w.visit(nil)
	// One pass for each number of workers that some run has: there are few runs.
	for floor := int32(-1); ; {
		least := int32(-1)
		for _, e := range runs {
			if n := e.visitors.Load(); n > floor && (least < 0 || n < least) {
				least = n
			}
		}
		if least < 0 {
			return nil, nil, nil
		}
		for i := range runs {
			e := runs[(w.turn+i)%len(runs)]
			if n := e.visitors.Load(); n <= floor || n > least || !(e.hasWork() || e.wide.Load() > 0) {
				continue
			}
			if e, ch, batch := w.try(e, eager); e != nil {
				w.turn = (w.turn + i + 1) % len(runs)
				return e, ch, batch
			}
		}
		floor = least
	}
}

// visit makes e, or no run, the one that the worker serves. It reports false if the run
// is over. First it says so and then it looks, as the run first is over and then looks.
func (w *worker[In, Out]) visit(e *engine[In, Out]) bool {
	old := w.serves.Load()
	if old == e {
		return e == nil || !e.over.Load()
	}
	if old != nil {
		w.unvisit(old)
	}
	if e == nil {
		return true
	}
	e.visitors.Add(1)
	w.serves.Store(e)
	if w.last != e {
		w.last, w.want, w.lease = e, int(e.hint.Load()), 1
	}
	return !e.over.Load()
}

// unvisit ends a visit, once: the worker's own, or that of one that is given up.
func (w *worker[In, Out]) unvisit(e *engine[In, Out]) {
	if w.serves.CompareAndSwap(e, nil) && e.visitors.Add(-1) == 0 && e.over.Load() {
		e.left.wake()
	}
}

// rest is a worker's sleep, until there is something to do for it or its container ends.
func (w *worker[In, Out]) rest() {
	w.tellRest()
	w.visit(nil)
	w.last = nil
	if w.foreign {
		w.ctx.Load().release() // or the caller's context would remember it
		w.ctx.Store(nil)       // and the worker its values
		w.parent, w.foreign = nil, false
	}
	w.doze()
	w.restingPlace().sleep(w.bed, func() bool { return w.ends() || (w.mayTake() && w.p.hasWork()) })
}

// awaken counts the worker as busy in its container, doze as idle.
func (w *worker[In, Out]) awaken() {
	if !w.awake {
		w.awake = true
		if w.h.busy.Add(1) == 1 {
			w.h.c.Busy(true)
		}
		if w.p.lot.helpful.Load() && w.p.hasWork() {
			w.p.lot.wake() // the scaler may have counted this worker as idle
		}
		if f := w.p.deployed; f != nil && f.scaler.buffered.Load() {
			f.scaler.kick()
		}
	}
}

func (w *worker[In, Out]) doze() {
	if w.awake {
		w.awake = false
		if w.h.busy.Add(-1) == 0 {
			w.h.idleSince.Store(int64(w.p.now()))
			w.h.c.Busy(false)
		}
	}
	if w.p.opts.Recycle.Inputs > 0 && w.h.left.Load() <= 0 {
		w.h.retire() // it has taken all that it may
	}
}
