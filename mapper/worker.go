package mapper

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// worker executes inputs in a container, one at a time or one batch: claim a chunk,
// execute it, publish it.
type worker[In, Out any] struct {
	h    *host[In, Out]
	p    *pool[In, Out]
	slot int           // in the container
	bed  chan struct{} // to sleep in
	turn int           // whose turn it is among runs that have equal claims
	want int           // length of the next claim
	// proven says that the container has finished an input.
	proven bool
	// awake says that the worker counts as busy in its container.
	awake bool
	// lease is how many inputs are begun at a time. It changes between chunks.
	lease int
	// at is the input that executes now. Only the worker's own goroutine uses it.
	at      int
	ctx     atomic.Pointer[attemptContext]
	parent  context.Context  // of ctx
	foreign bool             // parent is not the run's
	last    *engine[In, Out] // the run that want and lease are for
	// serves is the run that the worker looks after now. It waits for the worker.
	serves atomic.Pointer[engine[In, Out]]

	// started is when the running attempt began, on the pool's clock, if there is a
	// Timeout: 0 between attempts, negative once the watchdog has timed it out.
	started atomic.Int64

	// mu guards the identity of the chunk in hand against those who take a part of
	// it away: an idle container, the emitter, and whoever ends the run or gives the
	// container up. Whoever finds another chunk than its own there has lost it.
	mu          sync.Mutex
	e           *engine[In, Out] // the run of what is in hand
	cur         *chunk[In, Out]
	out         *errand[In, Out]  // what a crash of its container has left; its own goroutine's
	batch       []*chunk[In, Out] // in hand instead of cur, executed as one
	since       time.Duration     // when that was begun, on the pool's clock
	stop        error             // why the worker was interrupted
	interrupted bool              // what is in hand is to be executed elsewhere
	failed      failures          // of what is in hand, if observers want to know
	gathered    gathered[In, Out] // what has ended and was not told yet

	_    [64]byte
	span atomic.Uint64 // of cur: inputs begun in the high half, the end in the low half
	_    [56]byte
}

func (w *worker[In, Out]) init(h *host[In, Out], slot int) {
	w.h, w.p, w.slot = h, h.p, slot
	w.bed = make(chan struct{}, 1)
	w.lease = 1
}

func spanOf(begun, end int) uint64     { return uint64(begun)<<32 | uint64(end) }
func begunEnd(s uint64) (begun, e int) { return int(s >> 32), int(uint32(s)) }

// serve is the life of a worker: until its container ends, or what it had in hand was
// taken away because the container was given up. Then it sees to it itself that it is
// replaced: whoever gave it up may not have come to that yet.
//
// It returns the crash of a container that is somewhere else; one that is here panics. A
// worker that crashes leaves its run only when what it had in hand is settled, which is
// done where the crash is told: a deferred leave would let the run end before.
func (w *worker[In, Out]) serve() *supervisor.CrashError {
	for e, ch, batch := w.next(); e != nil; e, ch, batch = w.next() {
		ok, crash := w.do(e, ch, batch)
		if crash != nil {
			return crash
		}
		if !ok {
			if w.h.instance.remote == nil {
				w.h.c.Abandon()
			}
			break
		}
	}
	w.leave()
	return nil
}

// do executes what the worker has found.
func (w *worker[In, Out]) do(e *engine[In, Out], ch *chunk[In, Out], batch []*chunk[In, Out]) (ok bool, crash *supervisor.CrashError) {
	switch {
	case batch != nil:
		return w.executeBatch(e, batch)
	case ch.rec != nil && ch.rec.call.settled():
		e.fail(ch.rec, ErrCancelled) // nobody waits for it
		e.depot.put(ch)
		w.unused(1)
		return true, nil
	case w.h.instance.remote != nil:
		return w.executeRemotely(e, ch)
	default:
		return w.execute(e, ch), nil
	}
}

// leave ends the worker's visit to a run, and its own context. If it was woken for some
// work meanwhile, somebody else is.
func (w *worker[In, Out]) leave() {
	w.tellRest()
	w.visit(nil)
	w.doze()
	if !w.p.over.Load() && w.p.hasWork() {
		w.p.lot.wake()
	}
	if ctx := w.ctx.Load(); ctx != nil {
		ctx.release()
	}
}

// ends reports that the worker must take nothing more.
func (w *worker[In, Out]) ends() bool { return w.p.over.Load() || w.h.retiring.Load() }

// next finds the worker something to do, or puts it to sleep; no run when its container
// ends.
func (w *worker[In, Out]) next() (e *engine[In, Out], ch *chunk[In, Out], batch []*chunk[In, Out]) {
	for turn := 0; !w.ends(); turn++ {
		if e, ch, batch = w.look(turn >= spins/2); e != nil {
			return e, ch, batch
		}
		if turn < spins {
			runtime.Gosched()
			continue
		}
		w.rest()
		turn = 0
	}
	return nil, nil, nil
}

// execute runs the function over a chunk and publishes what came of it. It reports
// false if the container was given up meanwhile.
func (w *worker[In, Out]) execute(e *engine[In, Out], ch *chunk[In, Out]) bool {
	ch.size(len(ch.in))
	began := e.now()
	w.begin(e, ch, began, 0)
	lo, attempt := ch.lo, ch.attempt()
	if w.p.opts.Timeout == 0 {
		w.loop(e, ch)
	} else if !w.loopTimed(e, ch) {
		return false
	}
	took := e.now() - began
	done, published, ok := w.finish(e, ch)
	w.h.c.Finished(published)
	if ok && done > 0 {
		w.proven = true
		w.adapt(e, done, took)
		w.chunkEnded(e, lo, attempt, done, took)
		if e.backlog() > e.window.size/8 {
			runtime.Gosched() // the emitter is on this core, or needs one
		}
	}
	return ok
}

// loop is where a run spends its time. Beginning inputs is one atomic operation, which
// at the same time says that those before are finished: an idle container, the
// emitter and a crash all need to know how far this one has come.
func (w *worker[In, Out]) loop(e *engine[In, Out], ch *chunk[In, Out]) {
	ctx := context.Context(w.ctx.Load())
	fn, in, out, lease, over, retiring := w.h.instance.call, ch.in, ch.out, w.lease, &e.over, &w.h.retiring
	for {
		i, end := w.beginNext(lease)
		if i >= end {
			return
		}
		for end = min(end, i+lease); i < end; i++ {
			if over.Load() || retiring.Load() {
				w.giveBack(e, ch, i)
				return
			}
			w.at = i
			v, err := fn(ctx, in[i])
			if err == nil {
				out[i] = v
			} else if !w.fail(e, ch, i, err) {
				return
			}
		}
	}
}

// beginNext begins the next n inputs of the chunk: those from i, as far as the end.
func (w *worker[In, Out]) beginNext(n int) (i, end int) {
	return begunEnd(w.span.Add(uint64(n)<<32) - uint64(n)<<32)
}

// begin takes ch in hand. So many of its inputs count as begun from the first moment on that
// another worker may look: those that are sent as one.
func (w *worker[In, Out]) begin(e *engine[In, Out], ch *chunk[In, Out], now time.Duration, begun int) {
	if len(ch.in) > 1 {
		e.wide.Add(1)
	}
	w.awaken()
	w.prepare(e, ch)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.e, w.cur, w.since = e, ch, now
	w.span.Store(spanOf(begun, len(ch.in)))
	if begun > 0 {
		w.lease = begun
	}
	w.heed()
}

// finish publishes what is left of the chunk after its last input, and returns how
// many inputs were executed, and how many of them that was.
func (w *worker[In, Out]) finish(e *engine[In, Out], ch *chunk[In, Out]) (done, published int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur != ch {
		return 0, 0, false
	}
	_, done = begunEnd(w.span.Load())
	w.letGo()
	return done, w.publish(e, ch, done), true
}

// publish delivers what is finished of a chunk that ends before position end, and
// returns how many inputs those are. The caller holds w.mu.
func (w *worker[In, Out]) publish(e *engine[In, Out], ch *chunk[In, Out], end int) int {
	n := end - ch.from
	ch.lo += ch.from
	ch.in, ch.out = ch.in[ch.from:end], ch.out[ch.from:end]
	if ch.rec != nil && n > 0 {
		ch.rec.succeeded()
	}
	e.succeed(ch)
	return n
}

// letGo empties the worker's hands. The caller holds w.mu.
func (w *worker[In, Out]) letGo() {
	if len(w.cur.in) > 1 {
		w.e.wide.Add(-1)
	}
	w.cur, w.e = nil, nil
}

// Attempt is what AttemptFrom returns.
func (w *worker[In, Out]) Attempt() (supervisor.Attempt, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur == nil {
		return supervisor.Attempt{}, false
	}
	return supervisor.Attempt{Index: w.cur.lo + w.at, Attempt: w.cur.attempt(), Container: w.h.c.ID()}, true
}
