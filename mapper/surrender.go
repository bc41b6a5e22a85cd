package mapper

import "github.com/longshore-go/longshore/supervisor"

// somewhere is the position of an input that executes on another goroutine: of those
// begun last, the first.
const somewhere = -1

// surrenderCall takes away the input of a cancelled call, if the worker still executes it.
func (w *worker[In, Out]) surrenderCall(rec *record[In, Out], v verdict) bool {
	return w.surrender(somewhere, rec, func(e *engine[In, Out], rec *record[In, Out]) { e.settle(rec, v) })
}

// surrender takes everything away from a worker that is dead or given up while it
// executed the input at position i, and has begun settle that input, or all those of a
// batch. It reports false if the worker had nothing in hand. The chunk of one that was
// given up is left to the collector, since its goroutine may still write to it.
//
// With a record, it does so only if that is what the worker executes.
func (w *worker[In, Out]) surrender(i int, only *record[In, Out], begun func(*engine[In, Out], *record[In, Out])) bool {
	w.mu.Lock()
	e, ch, batch := w.e, w.cur, w.batch
	switch {
	case only != nil && (ch == nil || ch.rec != only):
		w.mu.Unlock()
		return false
	case batch != nil:
		w.e, w.batch = nil, nil
		for _, ch := range batch {
			for k := range ch.in {
				begun(e, recordOf(ch, k))
			}
		}
		w.mu.Unlock()
		return true
	case ch == nil:
		w.mu.Unlock()
		return false
	}
	n, end := begunEnd(w.freeze(0, 0))
	w.letGo()
	mine := i != somewhere
	if !mine {
		i = n - w.lease
	}
	i = max(i, ch.from)
	done := w.cut(e, ch, min(i, end))
	next := i
	if i < min(n, end) {
		next = i + 1
		begun(e, recordOf(ch, i))
	}
	e.todo.giveBack(e.tail(ch, next, end))
	w.cutShort(e, ch, i)
	w.mu.Unlock()
	if mine {
		e.depot.put(ch)
		w.h.c.Finished(done) // a container that is given up has no use for progress
	}
	return true
}

// surrenderTo takes everything away from a worker whose container is given up. The
// verdict is on what it executes now; without one that is to be executed elsewhere.
func (w *worker[In, Out]) surrenderTo(v verdict) bool {
	had := w.surrender(somewhere, nil, func(e *engine[In, Out], rec *record[In, Out]) {
		if v.err == nil {
			e.elsewhere(rec)
		} else {
			e.settle(rec, v)
		}
	})
	w.visit(nil)
	return had
}

// crashed takes everything away from a worker that has crashed, on its own goroutine,
// and says in crash which input it was.
func (w *worker[In, Out]) crashed(crash *supervisor.CrashError) {
	w.started.Store(0)
	looping := w.h.c.Alarm().Looping()
	w.surrender(w.at, nil, func(e *engine[In, Out], rec *record[In, Out]) { w.strike(e, rec, crash, looping) })
	w.leave()
}

// strike settles an input that executed when the container crashed. A crash of one that
// was asked to end there is not held against it. The caller holds w.mu.
func (w *worker[In, Out]) strike(e *engine[In, Out], rec *record[In, Out], crash *supervisor.CrashError, looping bool) {
	w.h.executed.Store(true)
	if w.interrupted || rec.charged {
		w.h.stale.Store(true)
	}
	if w.interrupted {
		e.elsewhere(rec)
		return
	}
	if crash.Input == supervisor.NoInput { // of a batch, only the first: observers may read it by then
		crash.Phase, crash.Run, crash.Input = supervisor.PhaseInput, e.id, rec.index
	}
	e.struck(rec, crash, looping)
}

// holds reports that the worker has inputs of the run in hand.
func (w *worker[In, Out]) holds(e *engine[In, Out]) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.e == e && (w.cur != nil || w.batch != nil)
}
