package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/gate"
	"github.com/longshore-go/longshore/supervisor"
)

// refused decides about an input whose attempt ended in an error by which everybody is to wait. What was under way when
// that was first said is tried again for free; a probe is charged, so that it ends. The caller holds w.mu.
func (w *Worker) refused(r *Run, t *chunk.Task, o outcome) {
	throttle, probe := w.throttle(t)
	w.charged = w.charged || probe
	r.refused.Add(1)
	w.s.tooMuch()
	until := throttle.Refused(o.throttle, probe, o.err)
	o.delay, o.asked = max(time.Until(until), 0), true
	if r.hedger != nil {
		if t = r.raced(t); t == nil {
			return
		}
	}
	if w.charged || o.permanent || r.AtMostOnce || !r.again(t, o) {
		r.settle(t, o)
	}
}

// throttle is that of an input in hand, and whether it is the probe of that. One that was is it no more.
func (w *Worker) throttle(t *chunk.Task) (throttle *gate.Throttle, probe bool) {
	if t.Key == "" {
		return &w.s.throttle, w.trial.CompareAndSwap(true, false)
	}
	probe = w.held.Trial != nil
	w.held.Trial = nil
	return w.s.limits.Throttle(t.Key), probe
}

// again has an input executed again for free, after a time that is the same for all. It reports false if it
// should not be.
func (r *Run) again(t *chunk.Task, o outcome) bool {
	t.Err = o.err
	if r.checkEnd() || t.Withdrawn() || r.timeIsUp(t, r.s.Now()+o.delay) {
		return false
	}
	r.failures.Add(1)
	r.emitInput(supervisor.InputRetried, t, o.delay)
	r.backlog.Again(t)
	return true
}
