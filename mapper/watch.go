package mapper

import (
	"context"
	"errors"
	"math"
	"time"
)

// Timeouts cost an attempt two atomic operations and a clock reading: the container
// notes when the attempt began, and one watchdog looks at all the containers. A
// context with a deadline of its own would cost each attempt a microsecond.

// renew gives the container a context for its attempts.
func (w *worker[In, Out]) renew(ctx context.Context) {
	c := &attemptContext{Context: ctx, deadline: w.deadline, worker: w}
	if w.e.opts.Timeout > 0 {
		c.Context, c.cancel = context.WithCancelCause(ctx)
	}
	w.ctx.Store(c)
}

// deadline is that of the running attempt.
func (w *worker[In, Out]) deadline() (time.Time, bool) {
	began := w.started.Load()
	if began == 0 || began == givenUp {
		return time.Time{}, false
	}
	return w.e.epoch.Add(time.Duration(max(began, -began)-1) + w.e.opts.Timeout), true
}

// loopTimed is loop for attempts that may time out.
func (w *worker[In, Out]) loopTimed(ch *chunk[In, Out]) {
	for {
		i, end := w.beginNext(1)
		if i >= end {
			return
		}
		if w.e.over.Load() {
			w.giveUp(ch, i)
			return
		}
		w.at = i
		v, err := w.timed(ch.in[i])
		switch {
		case err == nil:
			ch.out[i] = v
		case err == errGivenUp || !w.fail(ch, i, err):
			return
		}
	}
}

// errGivenUp is what timed returns to a container that the watchdog has given up:
// its chunk is no longer its own. It is no result of anything.
var errGivenUp = errors.New("mapper: container given up")

// givenUp is the value of started in that case.
const givenUp = math.MinInt64

// timed is one attempt. Whether it was in time is decided once, by whoever is first
// to change started: the attempt as it returns, or the watchdog.
func (w *worker[In, Out]) timed(in In) (Out, error) {
	began := int64(w.e.now()) + 1 // 0 means none
	w.started.Store(began)
	v, err := w.e.fn(w.ctx.Load(), in)
	if w.started.CompareAndSwap(began, 0) {
		return v, err
	}
	var none Out
	if !w.started.CompareAndSwap(-began, 0) {
		return none, errGivenUp
	}
	w.renew(w.e.ctx)
	w.e.timedOut.Add(1)
	return none, &TimeoutError{Timeout: w.e.opts.Timeout}
}

// watch is the watchdog. An attempt that begins after it has looked is due a whole
// Timeout later, so it need not look again before that.
func (e *engine[In, Out]) watch() {
	defer close(e.watched)
	timer := time.NewTimer(e.opts.Timeout)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-e.ctx.Done():
			return
		}
		now := e.now()
		next := now + e.opts.Timeout
		for i := range e.workers {
			if w := e.workers[i].Load(); w != nil {
				next = min(next, w.check(now))
			}
		}
		timer.Reset(max(next-e.now(), 1))
	}
}

// check times out the running attempt if it is late, and gives the container up if
// it has ignored that for the grace. It returns when to look again.
func (w *worker[In, Out]) check(now time.Duration) time.Duration {
	never := now + w.e.opts.Timeout
	ctx := w.ctx.Load()
	began := w.started.Load()
	if began == 0 || began == givenUp {
		return never
	}
	late := time.Duration(max(began, -began)-1) + w.e.opts.Timeout
	lost := late + w.e.opts.Grace
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
	w.e.timedOut.Add(1)
	w.e.takeAway(w.c, verdict{err: &TimeoutError{Timeout: w.e.opts.Timeout}})
	w.c.Abandon()
	return never
}
