package engine

// Attempts under way, where the other side says how many it bears. Without Adaptive nothing is counted.

// takes reports that what the worker has found may begin beside those that are under way.
func (w *Worker) takes() bool {
	if w.s.adaptive == nil {
		return true
	}
	w.flies = w.s.adaptive.Take()
	return w.flies
}

// landed is the end of an attempt that was counted. The caller holds w.mu, or the worker has nothing in hand.
func (w *Worker) landed() {
	if w.flies {
		w.flies = false
		w.s.adaptive.Done()
	}
}

// took takes in that attempts have succeeded. The caller holds w.mu.
func (w *Worker) took() {
	if w.flies {
		w.s.adaptive.Took(w.s.Now() - w.since)
	}
}

// tooMuch takes in that the other side does not bear as many attempts as there are.
func (s *Scheduler) tooMuch() {
	if s.adaptive != nil {
		s.adaptive.Refused()
	}
}

// timedOut counts an attempt that has.
func (s *Scheduler) timedOut() {
	s.TimedOut.Add(1)
	s.tooMuch()
}

// Limit is how many attempts may be under way, 0 where there is no limit but the containers.
func (s *Scheduler) Limit() int {
	if s.adaptive == nil {
		return 0
	}
	return s.adaptive.Limit()
}
