package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// Taking everything away from a worker that is dead or given up.

// elsewhereGoroutine is the position of an input that executes on another goroutine: of
// those begun last, the first.
const elsewhereGoroutine = -1

// reclaim takes everything away from a worker that is dead or given up while it executed the
// input at position i, and has begun settle that input, or all those of a batch. It reports
// false if the worker had nothing in hand. The chunk of one that was given up is left to the
// collector, since its goroutine may still write to it.
//
// With a task, it does so only if that is what the worker executes.
func (w *Worker) reclaim(i int, only *chunk.Task, begun func(*Run, *chunk.Task)) bool {
	w.mu.Lock()
	r, ch, batch := w.run, w.cur, w.batch
	switch {
	case only != nil && (ch == nil || ch.Task != only):
		w.mu.Unlock()
		return false
	case batch != nil:
		w.run, w.batch = nil, nil
		for _, ch := range batch {
			for k := range ch.N {
				begun(r, ch.TaskOf(k))
			}
		}
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
	r.backlog.Return(r.tail(ch, next, end)) // before: it is in reach
	if executed {
		begun(r, ch.TaskOf(i))
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
	had := w.reclaim(elsewhereGoroutine, nil, func(r *Run, t *chunk.Task) {
		if o.err == nil {
			r.elsewhere(t)
		} else {
			r.settle(t, o)
		}
	})
	w.visit(nil)
	return had
}

// Withdraw takes the input of a call back that nobody wants the result of: at once where it
// waits for another attempt. An attempt that ignores its cancelled context for Grace takes
// its container with it.
func (r *Run) Withdraw(t *chunk.Task) {
	if r.backlog.Remove(t) {
		r.fail(t, t.Call.Err())
		return
	}
	time.AfterFunc(max(r.s.Grace, 1), func() {
		cancelled := outcome{err: t.Call.Err()}
		for w := range r.s.workers {
			if w.reclaim(elsewhereGoroutine, t, func(r *Run, t *chunk.Task) { r.settle(t, cancelled) }) {
				w.c.GiveUp()
				return
			}
		}
	})
}

// Crashed implements [fleet.Worker].
func (w *Worker) Crashed(crash *supervisor.CrashError) supervisor.Evidence {
	c := w.newCrash(crash)
	if w.lost != nil {
		w.lost.settleLost(crash, func(t *chunk.Task) { w.strike(w.lost.r, t, c) })
	} else {
		w.started.Store(0)
		w.reclaim(w.at, nil, func(r *Run, t *chunk.Task) { w.strike(r, t, c) })
	}
	w.leave()
	c.evidence.InReach = w.s.inReach()
	return c.evidence
}

// crashed is a crash while it is settled.
type crashed struct {
	*supervisor.CrashError
	backlog.Crash
	evidence supervisor.Evidence
}

func (w *Worker) newCrash(crash *supervisor.CrashError) *crashed {
	alarm := w.c.Alarm()
	return &crashed{
		CrashError: crash,
		Crash: backlog.Crash{
			Lineage: w.c.Lineage(), Certain: w.batched() <= 1, Looping: alarm.Looping(), Doubt: alarm.Doubt(), Progress: w.s.progress(),
		},
		evidence: supervisor.Evidence{Idle: true, Fresh: true},
	}
}

// batched is how many inputs the worker has in hand as one.
func (w *Worker) batched() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.batch {
		n += ch.N
	}
	return n
}

// strike settles an input that executed when the container crashed. A crash of one that was
// asked to end there is not held against it. The caller holds w.mu.
func (w *Worker) strike(r *Run, t *chunk.Task, c *crashed) {
	e := &c.evidence
	e.Idle, e.Begun = false, w.s.At(w.since)
	if w.interrupted {
		e.Fresh = false
		r.elsewhere(t)
		return
	}
	e.Fresh = e.Fresh && t.Crashes == 0
	if c.Input == supervisor.NoInput { // of a batch, only the first: observers may read it by then
		c.Phase, c.Run, c.Input = supervisor.PhaseInput, r.ID, t.Index
	}
	r.struck(t, c.CrashError, c.Crash)
}

// Interrupt implements [fleet.Worker].
func (w *Worker) Interrupt(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop = cause
	if w.cur != nil || w.batch != nil {
		w.heed()
	}
}

// heed cancels what the worker has just taken in hand, or executes, if the worker was
// interrupted. The caller holds w.mu.
func (w *Worker) heed() {
	w.interrupted = w.stop != nil
	if ctx := w.ctx.Load(); w.interrupted && ctx.cancel != nil {
		ctx.cancel(w.stop)
	}
}
