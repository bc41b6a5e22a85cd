package mapper

import (
	"errors"
	"math"
	"time"
)

// Timeouts cost an attempt two atomic operations and a clock reading: the worker
// notes when the attempt began, and one watchdog looks at all the containers. A
// context with a deadline of its own would cost each attempt a microsecond.

// deadline is that of the running attempt.
func (w *worker[In, Out]) deadline() (time.Time, bool) {
	began := w.started.Load()
	if began == 0 || began == givenUp {
		return time.Time{}, false
	}
	return w.p.epoch.Add(time.Duration(max(began, -began)-1) + w.p.opts.Timeout), true
}

// loopTimed is loop for attempts that may time out. It reports false if the container
// was given up.
func (w *worker[In, Out]) loopTimed(e *engine[In, Out], ch *chunk[In, Out]) bool {
	for {
		i, end := w.beginNext(1)
		if i >= end {
			return true
		}
		if e.over.Load() || w.h.retiring.Load() {
			w.giveBack(e, ch, i)
			return true
		}
		w.at = i
		v, err := w.timed(ch.in[i])
		switch {
		case err == nil:
			ch.out[i] = v
		case err == errGivenUp:
			w.surrenderTo(w.late())
			return false
		case !w.fail(e, ch, i, err):
			return false
		}
	}
}

// late is the verdict on an attempt that has timed out. If its container is given up for
// it, the watchdog and the container both say so, and the first of them settles the input.
func (w *worker[In, Out]) late() verdict {
	return verdict{err: &TimeoutError{Timeout: w.p.opts.Timeout}}
}

// errGivenUp is what timed returns to a container that the watchdog has given up:
// its chunk is no longer its own. It is no result of anything.
var errGivenUp = errors.New("mapper: container given up")

// givenUp is the value of started in that case.
const givenUp = math.MinInt64

// timed is one attempt.
func (w *worker[In, Out]) timed(in In) (Out, error) {
	began := w.clockOn()
	v, err := w.h.instance.call(w.ctx.Load(), in)
	if late := w.clockOff(began); late != nil {
		var none Out
		return none, late
	}
	return v, err
}

// clockOn begins an attempt that may time out.
func (w *worker[In, Out]) clockOn() (began int64) {
	began = int64(w.p.now()) + 1 // 0 means none
	w.started.Store(began)
	return began
}

// clockOff ends it. Whether it was in time is decided once, by whoever is first to
// change started: the attempt as it returns, or the watchdog.
func (w *worker[In, Out]) clockOff(began int64) error {
	if w.started.CompareAndSwap(began, 0) {
		return nil
	}
	if !w.started.CompareAndSwap(-began, 0) {
		return errGivenUp
	}
	w.renew(w.parent)
	w.p.timedOut.Add(1)
	return &TimeoutError{Timeout: w.p.opts.Timeout}
}

// watch is the watchdog. An attempt that begins after it has looked is due a whole
// Timeout later, so it need not look again before that.
func (p *pool[In, Out]) watch() {
	defer close(p.watched)
	timer := time.NewTimer(p.opts.Timeout)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-p.ctx.Done():
			return
		}
		now := p.now()
		next := now + p.opts.Timeout
		for h := range p.hosts {
			for _, w := range h.slots {
				next = min(next, w.check(now))
			}
		}
		timer.Reset(max(next-p.now(), 1))
	}
}

// check times out the running attempt if it is late, and gives the container up if
// it has ignored that for the grace. It returns when to look again.
func (w *worker[In, Out]) check(now time.Duration) time.Duration {
	never := now + w.p.opts.Timeout
	began := w.started.Load()
	ctx := w.ctx.Load()
	if began == 0 || began == givenUp {
		return never
	}
	late := time.Duration(max(began, -began)-1) + w.p.opts.Timeout
	lost := late + w.p.opts.Grace
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
	if w.h.instance.remote != nil {
		w.h.kill(&TimeoutError{Timeout: w.p.opts.Timeout})
		return never
	}
	w.p.timedOut.Add(1)
	w.surrenderTo(w.late())
	w.h.giveUp()
	return never
}
