package engine

import (
	"errors"
	"math"
	"time"
)

// Timeouts cost an attempt two atomic operations and a clock reading: the worker notes when
// the attempt began, and the pool's watchdog looks at all of them.

// deadline is that of the running attempt.
func (w *Worker) deadline() (time.Time, bool) {
	began := w.started.Load()
	if began == 0 || began == givenUp {
		return time.Time{}, false
	}
	return w.s.At(beganAt(began) + w.s.Timeout), true
}

// beganAt is the time of a value of started.
func beganAt(began int64) time.Duration { return time.Duration(max(began, -began) - 1) }

// late is the outcome of an attempt that has timed out. If its container is given up for it,
// the watchdog and the container both say so, and the first of them settles the input.
func (w *Worker) late() outcome {
	return outcome{err: w.s.TimeoutError(w.s.Timeout, nil)}
}

// errGivenUp is what clockOff returns to a container that the watchdog has given up: its
// chunk is no longer its own. It is no result of anything.
var errGivenUp = errors.New("mapper: container given up")

// givenUp is the value of started in that case.
const givenUp = math.MinInt64

// clockOn begins an attempt that may time out.
func (w *Worker) clockOn() (began int64) {
	began = int64(w.s.Now()) + 1 // 0 means none
	w.started.Store(began)
	return began
}

// clockOff ends it. Whether it was in time is decided once, by whoever is first to change
// started: the attempt as it returns, or the watchdog.
func (w *Worker) clockOff(began int64) error {
	if w.started.CompareAndSwap(began, 0) {
		return nil
	}
	if !w.started.CompareAndSwap(-began, 0) {
		return errGivenUp
	}
	w.renew(w.parent)
	w.s.TimedOut.Add(1)
	return w.late().err
}

// Overdue implements [fleet.Worker]: it times out the running attempt if it is late, and gives
// the container up if it has ignored that for the grace.
func (w *Worker) Overdue(now time.Duration) time.Duration {
	never := now + w.s.Timeout
	began := w.started.Load()
	ctx := w.ctx.Load()
	if began == 0 || began == givenUp {
		return never
	}
	late := beganAt(began) + w.s.Timeout
	lost := late + w.s.Grace
	switch {
	case began > 0 && now < late:
		return late
	case began > 0:
		if !w.started.CompareAndSwap(began, -began) {
			return never
		}
		ctx.cancel(ErrTimeout)
		return lost
	case now < lost:
		return lost
	case !w.started.CompareAndSwap(began, givenUp):
		return never
	}
	if w.c.Instance().Remote != nil {
		w.c.Kill(w.late().err)
		return never
	}
	w.s.TimedOut.Add(1)
	w.reclaimAs(w.late())
	w.c.GiveUp()
	return never
}
