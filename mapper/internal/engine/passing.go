package engine

// What a worker passes before an attempt begins: the pause, the throttle, and last the rate, so that no token is
// spent on what cannot begin.

// pass takes the worker through the gates, for what it will find in the run.
func (w *Worker) pass(r *Run) bool {
	if r.Paused() {
		return false
	}
	probe, ok := w.s.throttle.Pass()
	if !ok {
		return false
	}
	if probe {
		w.trial.Store(true)
	}
	if w.s.rate != nil && !(r.hasWork() && w.s.rate.Pass()) {
		w.untried()
		return false
	}
	return true
}

// passBack is the end of that where nothing was found.
func (w *Worker) passBack() {
	w.s.rate.Back()
	w.untried()
}

// mustWait reports that what the worker has in hand and has not begun is not to begin now.
func (w *Worker) mustWait(r *Run) bool {
	return r.Paused() || (w.s.throttle.IsShut() && !w.trial.Load())
}

// untried is the end of a probe that says nothing.
func (w *Worker) untried() {
	if w.trial.CompareAndSwap(true, false) {
		w.s.throttle.Back()
	}
}

// probed is the end of a probe that was not refused.
func (w *Worker) probed() {
	if w.trial.CompareAndSwap(true, false) {
		w.s.throttle.Passed()
	}
}
