package engine

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// The contexts of attempts, and their clock.

// prepare gives the worker the contexts for the attempts of a chunk: its run's, or that of the
// caller whose only input it is. So many of its inputs are begun at a time.
func (w *Worker) prepare(r *Run, ch *chunk.Chunk, lease int) {
	if ch.Task != nil && ch.Task.Call != nil {
		w.renew(ch.Task.Call.Context(), nil, lease)
		w.foreign = true
		ch.Task.Call.Attempted(w.ctx.Load())
	} else {
		w.useContext(r, lease)
	}
}

// useContext gives the worker the contexts of a run.
func (w *Worker) useContext(r *Run, lease int) {
	if w.foreign || w.parent != r.ctx || !w.ctx.Load().Begin(lease) {
		w.renew(r.ctx, r.hub, lease)
		w.foreign = false
	}
}

// renew gives the worker new contexts for its attempts.
func (w *Worker) renew(parent context.Context, hub *attempt.Hub, lease int) {
	var late error
	if w.s.Timeout > 0 {
		late = ErrTimeout
	}
	w.release()
	c := attempt.New(parent, hub, w, &w.span, late)
	c.Begin(lease)
	w.parent = parent
	w.ctx.Store(c)
}

// release has the worker's contexts let go of their parent, who would remember them.
func (w *Worker) release() {
	if c := w.ctx.Load(); c != nil {
		c.Release()
	}
}

// refresh gives the worker new contexts where somebody holds on to those of the attempt that
// has returned.
func (w *Worker) refresh() *attempt.Contexts {
	c := w.ctx.Load().Next()
	w.ctx.Store(c)
	return c
}

// Asked implements [attempt.Owner].
func (w *Worker) Asked() { w.look.Store(true) }

// Timeouts cost an attempt two atomic operations and a clock reading: the worker notes when
// the attempt began, and the pool's watchdog looks at all of them.

// Deadline implements [attempt.Owner].
func (w *Worker) Deadline() (time.Time, bool) {
	began := w.started.Load()
	if began == 0 || began == givenUp {
		return time.Time{}, false
	}
	return w.s.At(beganAt(began) + w.limit()), true
}

// beganAt is the time of a value of started.
func beganAt(began int64) time.Duration { return time.Duration(max(began, -began) - 1) }

// late is the outcome of an attempt that has timed out, with the way in which its container was ended for
// it, if it was. If the container is given up, the watchdog and the container both say so, and the first of
// them settles the input.
func (w *Worker) late(crash *supervisor.CrashError) outcome {
	if w.s.Total > 0 && w.cut.Load() {
		return outcome{err: w.s.TotalError(w.s.Total, nil, crash), marks: marks{permanent: true}}
	}
	return outcome{err: w.s.TimeoutError(w.s.Timeout, crash)}
}

// errGivenUp is what clockOff returns to a container that the watchdog has given up: its
// chunk is no longer its own. It is no result of anything.
var errGivenUp = errors.New("mapper: container given up")

// givenUp is the value of started in that case.
const givenUp = math.MinInt64

// clockOn begins an attempt that may time out, of a chunk with the task, or none.
func (w *Worker) clockOn(t *chunk.Task) (began int64) {
	now := w.s.Now()
	began = int64(now) + 1 // 0 means none
	if w.s.Total > 0 {
		w.allow(t, now)
		w.latest.Store(began)
	}
	w.started.Store(began)
	if w.s.Total > 0 && w.limit() < w.s.Timeout {
		w.s.LookSoon()
	}
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
	w.refresh()
	w.s.timedOut()
	o := w.late(nil)
	if o.permanent {
		return policy.Permanent(o.err)
	}
	return o.err
}
