package engine

// What a worker passes before an attempt begins: the pause, the throttle, and last the rate, so that no token is
// spent on what cannot begin.

// pass takes the worker through the gates, for what it will find in the run.
func (w *Worker) pass(r *Run) bool {
	switch {
	case r.Paused() || w.s.throttle.IsShut() || w.s.adaptive.IsFull():
		return false
	case w.s.rate == nil:
		return true
	}
	return r.hasWork() && w.s.rate.Pass()
}

// tries reports that what the worker has found may begin, as a probe where the throttle lets only one. (To become the
// probe before anything is found would have workers that find nothing hand it round for ever.)
func (w *Worker) tries(r *Run) bool {
	probe, ok := w.s.throttle.Pass()
	if probe {
		w.trial.Store(true)
	}
	return ok || r.suspects.runs(w)
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
	if trial := w.held.Trial; trial != nil {
		w.held.Trial = nil
		trial.Back()
	}
}

// probed is the end of a probe that was not refused.
func (w *Worker) probed() {
	if w.trial.CompareAndSwap(true, false) {
		w.s.throttle.Passed()
	}
	if trial := w.held.Trial; trial != nil {
		w.held.Trial = nil
		trial.Passed()
	}
}
