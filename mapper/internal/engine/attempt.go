package engine

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// The context of an attempt, and its clock.

// prepare gives the worker the context for the attempts of a chunk: its run's, or that of the
// caller whose only input it is.
func (w *Worker) prepare(r *Run, ch *chunk.Chunk) {
	if ch.Task != nil && ch.Task.Call != nil {
		w.renew(ch.Task.Call.Context())
		w.foreign = true
		ch.Task.Call.Attempted(&w.ctx.Load().cancel)
	} else {
		w.useContext(r)
	}
}

// useContext gives the worker the context of a run.
func (w *Worker) useContext(r *Run) {
	if w.foreign || w.parent != r.ctx {
		w.renew(r.ctx)
		w.foreign = false
	}
}

// renew gives the worker a new context for its attempts. Only where an attempt may be
// cancelled by itself does it cost more than its place in memory.
func (w *Worker) renew(parent context.Context) {
	if old := w.ctx.Load(); old != nil {
		old.release()
	}
	c := &attemptContext{Context: parent, deadline: w.deadline, worker: w, timed: w.s.Timeout > 0}
	if w.s.cancels() {
		c.Context, c.cancel = context.WithCancelCause(parent)
	}
	w.parent = parent
	w.ctx.Store(c)
}

// cancels reports that attempts may be cancelled by themselves: not only with their run.
func (s *Scheduler) cancels() bool {
	return s.Lasting || s.Timeout > 0 || s.MaxInputs > 1
}

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
