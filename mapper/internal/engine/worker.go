package engine

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/pace"
	"github.com/longshore-go/longshore/mapper/internal/park"
	"github.com/longshore-go/longshore/supervisor"
)

// Worker executes inputs in a container, one at a time or one batch: claim a chunk, execute
// it, publish it.
type Worker struct {
	c      *fleet.Container
	s      *Scheduler
	slot   int // in the container
	wakeup park.Wakeup
	turn   int // whose turn it is among runs that have equal claims
	pace.Pacer
	who   backlog.Taker // as which it looks for work
	found found
	awake bool // the worker counts as busy in its container
	// at is the input that executes now. Only the worker's own goroutine uses it.
	at      int
	ctx     atomic.Pointer[attemptContext]
	parent  context.Context // of ctx
	foreign bool            // parent is not the run's
	last    *Run            // the run that the pace is for
	// serves is the run that the worker looks after now. It waits for the worker.
	serves atomic.Pointer[Run]

	// started is when the running attempt began, on the pool's clock, if there is a
	// Timeout: 0 between attempts, negative once the watchdog has timed it out.
	started atomic.Int64

	// mu guards the identity of the chunk in hand against those who take a part of it
	// away: an idle container, the emitter, and whoever ends the run or gives the
	// container up. Whoever finds another chunk than its own there has lost it.
	mu          sync.Mutex
	run         *Run // of what is in hand
	cur         *chunk.Chunk
	lost        *remoteChunk   // what a crash of its container has left; its own goroutine's
	batch       []*chunk.Chunk // in hand instead of cur, executed as one
	since       time.Duration  // when that was begun, on the pool's clock
	stop        error          // why the worker was interrupted
	interrupted bool           // what is in hand is to be executed elsewhere
	attempts    attempts       // for observers

	looping Loop       // its own goroutine's
	span    chunk.Span // of cur
}

func newWorker(s *Scheduler, c *fleet.Container, slot int) *Worker {
	return &Worker{c: c, s: s, slot: slot, wakeup: park.NewWakeup(), Pacer: pace.Pacer{Lease: 1}}
}

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
	case found.batch != nil:
		return w.executeBatch(r, found.batch)
	case ch.Task != nil && ch.Task.Withdrawn():
		r.fail(ch.Task, ErrCancelled) // nobody waits for it
		r.free.Put(ch)
		w.c.Unused(1)
		return true, nil
	case w.c.Instance().Remote != nil:
		return w.executeRemotely(r, ch)
	default:
		return w.execute(r, ch), nil
	}
}

// leave ends the worker's visit to a run, and its own context. If it was woken for some
// work meanwhile, somebody else is.
func (w *Worker) leave() {
	w.tellRest()
	w.leaveCompany()
	w.visit(nil)
	w.doze()
	if !w.s.Over() && w.s.HasWork() {
		w.s.Idle.Wake()
	}
	if ctx := w.ctx.Load(); ctx != nil {
		ctx.release()
	}
}

// ends reports that the worker must take nothing more.
func (w *Worker) ends() bool { return w.s.Over() || w.c.Halted() }

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

// visit makes r, or no run, the one that the worker serves. It reports false if the run is
// over. First it says so and then it looks, as the run first is over and then looks.
func (w *Worker) visit(r *Run) bool {
	old := w.serves.Load()
	if old == r {
		return r == nil || !r.over.Load()
	}
	if old != nil {
		w.unvisit(old)
	}
	if r == nil {
		return true
	}
	r.visitors.Add(1)
	w.serves.Store(r)
	if w.last != r {
		w.last = r
		w.Reset(int(r.firstClaim.Load()))
	}
	return !r.over.Load()
}

// unvisit ends a visit, once: the worker's own, or that of one that is given up.
func (w *Worker) unvisit(r *Run) {
	if w.serves.CompareAndSwap(r, nil) && r.visitors.Add(-1) == 0 && r.over.Load() {
		r.lastLeft.Wake()
	}
}

// rest is a worker's sleep, until there is something to do for it or its container ends.
func (w *Worker) rest() {
	w.tellRest()
	w.visit(nil)
	w.last = nil
	if w.foreign {
		w.ctx.Load().release() // or the caller's context would remember it
		w.ctx.Store(nil)       // and the worker its values
		w.parent, w.foreign = nil, false
	}
	w.doze()
	w.c.Lot(w, w.slot).Sleep(w.wakeup, w.c.Lineage(), w.mayWork)
}

// mayWork reports that the worker need not sleep: it is its turn, and there is something for
// it, or its container ends.
func (w *Worker) mayWork() bool {
	return w.ends() || (w.s.MayTake(w.slot) && !w.c.Closed(w) && w.s.hasWorkFor(w))
}

// awaken counts the worker as busy in its container, doze as idle.
func (w *Worker) awaken() {
	if !w.awake {
		w.awake = true
		w.c.Began()
	}
}

func (w *Worker) doze() {
	if w.awake {
		w.awake = false
		w.c.Rested()
	}
	w.c.RetireIfDue()
}

// execute runs the function over a chunk and publishes what came of it. It reports false if
// the container was given up meanwhile.
func (w *Worker) execute(r *Run, ch *chunk.Chunk) bool {
	ch.Grow()
	began := w.s.Now()
	w.begin(r, ch, began, 0)
	lo, attempt := ch.Lo, ch.Attempt()
	if call := w.c.Instance().Call.(Executor); w.s.Timeout == 0 {
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

// executed notes that n inputs took a time.
func (w *Worker) executed(r *Run, n int, took time.Duration) {
	if w.Adapt(n, took, r.rules()) {
		r.firstClaim.Store(int64(w.Want))
	}
}

// finished notes that n inputs have come to an end in what was begun then.
func (w *Worker) finished(n int, begun time.Duration) {
	if n > 0 {
		w.c.Finished(n)
		if w.s.control.Finished(begun) {
			w.s.Idle.Nudge() // it may be the control of an input that was in a crash
		}
	}
}

// Attempt is what AttemptFrom returns.
func (w *Worker) Attempt() (supervisor.Attempt, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur == nil {
		return supervisor.Attempt{}, false
	}
	return supervisor.Attempt{Index: w.cur.Lo + w.at, Attempt: w.cur.Attempt(), Container: w.c.ID()}, true
}

// Retire has its container end after what it executes.
func (w *Worker) Retire() { w.c.Retire() }
