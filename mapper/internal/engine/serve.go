package engine

import (
	"runtime"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/park"
	"github.com/longshore-go/longshore/supervisor"
)

// Serve implements [fleet.Worker]: until its container ends, or what it had in hand was taken
// away because the container was given up. Then it sees to it itself that it is replaced:
// whoever gave it up may not have come to that yet.
//
// A worker that crashes leaves its run only when what it had in hand is settled, which is
// done where the crash is told: a deferred leave would let the run end before.
func (w *Worker) Serve() *supervisor.CrashError {
	for found := w.next(); found.run != nil; found = w.next() {
		ok, crash := w.do(found)
		if crash != nil {
			return crash
		}
		if !ok {
			if w.c.Instance().Remote == nil {
				w.c.Abandon()
			}
			break
		}
	}
	w.leave()
	return nil
}

// do executes what the worker has found.
func (w *Worker) do(found work) (ok bool, crash *supervisor.CrashError) {
	r, ch := found.run, found.ch
	switch {
	case found.batch != nil && r.keeper != nil:
		if found.batch, ok = w.identifyAll(r, found.batch); !ok || len(found.batch) == 0 || !w.mayBegin(r, found.batch...) {
			return ok, nil
		}
		return w.executeBatch(r, found.batch)
	case found.batch != nil:
		return w.executeBatch(r, found.batch)
	case ch.Task != nil && ch.Task.Deserted():
		w.desert(r, ch)
		return true, nil
	case r.keeper != nil && !isSecond(ch):
		if ch, ok = w.identify(r, ch); !ok || ch == nil || !w.mayBegin(r, ch) {
			return ok, nil
		}
	}
	if w.c.Instance().Remote != nil {
		return w.executeRemotely(r, ch)
	}
	return w.execute(r, ch), nil
}

// next finds the worker something to do, or puts it to sleep; no run when its container
// ends.
func (w *Worker) next() work {
	for turn := 0; !w.ends(); turn++ {
		if found := w.s.next(w, turn >= park.Spins/2); found.run != nil {
			return found
		}
		if turn < park.Spins {
			runtime.Gosched()
			continue
		}
		w.rest()
		turn = 0
	}
	return work{}
}

// execute runs the function over a chunk and publishes what came of it. It reports false if
// the container was given up meanwhile.
func (w *Worker) execute(r *Run, ch *chunk.Chunk) bool {
	ch.Grow()
	if mark := w.markFor(r); mark != nil {
		mark.Take(ch.Keys[:ch.N], r.suspects.runs(w))
		defer mark.Clear()
	}
	began := w.s.Now()
	lo, attempt := ch.Lo, ch.Attempt() // before others may take it away
	w.begin(r, ch, began, 0)
	if call := w.c.Instance().Call.(Executor); !w.singly() {
		call.Loop(w.loop(r), ch)
	} else {
		call.LoopTimed(w.loop(r), ch)
	}
	took := w.s.Now() - began
	done, published, ok := w.finish(r, ch)
	w.finished(published, began)
	if ok && done > 0 {
		w.executed(r, done, took)
		w.chunkEnded(r, lo, attempt, done, took)
		if r.Undelivered() > r.Window.Size/8 {
			runtime.Gosched() // the emitter is on this core, or needs one
		}
	}
	return ok
}

// Retire has its container end after what it executes.
func (w *Worker) Retire() { w.c.Retire() }
