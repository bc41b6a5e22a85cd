package engine

import "time"

// The clock of an attempt stands while it waits for the reader of its outputs: that is no time of the function's.

// Pause implements [attempt.Owner].
func (w *Worker) Pause() {
	if w.started.Load() > 0 {
		w.paused.Store(int64(w.s.Now()) + 1) // 0 means that it goes
	}
}

// Resume implements [attempt.Owner]. It has the attempt begin later by the time that it has waited, unless the
// watchdog has timed it out before that.
func (w *Worker) Resume() {
	since := w.paused.Load()
	if since == 0 {
		return
	}
	began := w.started.Load()
	later := began + int64(w.s.Now()) + 1 - since
	if began > 0 && w.started.CompareAndSwap(began, later) {
		w.looping.began = later
	}
	w.paused.Store(0) // after that: see Overdue
}

// left is what an attempt that has begun then has left of its time, if its clock stands since.
func (w *Worker) left(began, since int64) time.Duration {
	if since == 0 || began <= 0 {
		return 0
	}
	return w.limit() - time.Duration(since-began)
}
