package engine

// Runs that have but a part of the workers. Who has something of such a run in hand is counted, and goes on to be as long as it
// finds more there.

// joins reports that the worker may have something of the run in hand.
func (w *Worker) joins(r *Run) bool {
	if r.quota == nil || w.quota.Load() == r.quota {
		return true
	}
	if !r.quota.Take() {
		return false
	}
	w.quota.Swap(r.quota).Done()
	return true
}

// quits is the end of that, unless r is the run, once: for the worker itself, or for whoever gives it up.
func (w *Worker) quits(r *Run) {
	q := w.quota.Load()
	if q != nil && (r == nil || r.quota != q) && w.quota.CompareAndSwap(q, nil) {
		q.Done()
	}
}

// shutOut reports that the run has nothing for the worker since others have all that it may have.
func (w *Worker) shutOut(r *Run) bool {
	return r.quota != nil && w.quota.Load() != r.quota && r.quota.IsFull()
}
