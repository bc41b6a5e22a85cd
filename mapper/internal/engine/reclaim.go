package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Taking everything away from a worker that is dead or given up.

// elsewhereGoroutine is the position of an input that executes on another goroutine: of
// those begun last, the first.
const elsewhereGoroutine = -1

// reclaim takes everything away from a worker that is dead or given up while it executed the
// input at position i, and has begun settle that input, or each of the n of a batch. It reports
// false if the worker had nothing in hand. The chunk of one that was given up is left to the
// collector, since its goroutine may still write to it.
//
// With a task, it does so only if that is what the worker executes.
func (w *Worker) reclaim(i int, only *chunk.Task, begun func(r *Run, t *chunk.Task, n int)) bool {
	w.mu.Lock()
	r, ch, batch := w.run, w.cur, w.batch
	switch {
	case only != nil && (ch == nil || ownTask(ch.Task) != only):
		w.mu.Unlock()
		return false
	case batch != nil:
		w.letGo()
		n := sizeOf(batch)
		for _, ch := range batch {
			for k := range ch.N {
				begun(r, w.task(ch, k), n)
			}
		}
		w.splitBatch(r, n)
		w.mu.Unlock()
		return true
	case ch == nil:
		w.mu.Unlock()
		return false
	}
	n, end := w.span.Freeze(0, 0)
	w.letGo()
	mine := i != elsewhereGoroutine
	if !mine {
		i = n - w.Lease
	}
	i = max(i, ch.From)
	done := w.publishFront(r, ch, min(i, end))
	executed := i < min(n, end)
	next := i
	if executed {
		next = i + 1
	}
	r.giveBack(r.tail(ch, next, end)) // before: it is in reach
	if executed {
		begun(r, w.task(ch, i), 1)
	}
	w.cutShort(r, ch, i)
	since := w.since
	w.mu.Unlock()
	if mine {
		r.free.Put(ch)
		w.finished(done, since) // a container that is given up has no use for progress
	}
	return true
}

// Reclaim implements [fleet.Worker].
func (w *Worker) Reclaim() bool { return w.reclaimAs(outcome{}) }

// reclaimAs takes everything away from a worker whose container is given up. The outcome is
// that of what it executes now; without one that is to be executed elsewhere.
func (w *Worker) reclaimAs(o outcome) bool {
	had := w.reclaim(elsewhereGoroutine, nil, func(r *Run, t *chunk.Task, n int) {
		if o.err == nil {
			r.elsewhere(t, nil)
		} else {
			o.shared = w.splits(r, n)
			w.decide(r, t, o)
		}
	})
	had = w.unask() || had
	w.serve(nil)
	w.quits(nil)
	return had
}

// Unask implements [fleet.Worker].
func (w *Worker) Unask() bool {
	had := w.unask()
	if had {
		w.serve(nil)
		w.quits(nil)
	}
	return had
}

// Overdue implements [fleet.Worker]: it times out the running attempt if it is late, and gives
// the container up if it has ignored that for the grace.
func (w *Worker) Overdue(now time.Duration) time.Duration {
	never := now + w.s.Timeout
	paused := w.paused.Load() // before started: whoever goes on changes that first
	began := w.started.Load()
	ctx := w.ctx.Load()
	if began == 0 || began == givenUp {
		return never
	}
	if left := w.left(began, paused); left > 0 {
		return now + left
	}
	late := beganAt(began) + w.limit()
	lost := late + w.s.Grace
	switch {
	case began > 0 && now < late:
		return late
	case w.unheard(began, now):
		return now + nextLook
	case began > 0:
		if !w.started.CompareAndSwap(began, -began) {
			return never
		}
		ctx.Cancel(ErrTimeout)
		return lost
	case now < lost:
		return lost
	case !w.started.CompareAndSwap(began, givenUp):
		return never
	}
	if w.c.Instance().Remote != nil {
		w.c.Kill(w.late(nil).err)
		return never
	}
	w.s.timedOut()
	w.reclaimAs(w.late(nil))
	w.c.GiveUp()
	return never
}

// Withdraw takes the input of a call back that nobody wants the result of: at once where it
// waits for another attempt. An attempt that ignores its cancelled context for Grace takes
// its container with it.
func (r *Run) Withdraw(t *chunk.Task) {
	if r.backlog.Remove(t) || r.setAside(t) {
		r.fail(t, t.Call.Err())
		return
	}
	if r.hedger != nil {
		r.hedger.cancel(t, t.Call.Err())
	}
	time.AfterFunc(max(r.s.Grace, 1), func() {
		cancelled := outcome{err: t.Call.Err()}
		for w := range r.s.workers {
			if w.reclaim(elsewhereGoroutine, t, func(r *Run, t *chunk.Task, _ int) { r.settle(t, cancelled) }) {
				w.c.GiveUp()
				if r.hedger == nil {
					return
				}
			}
		}
	})
}
