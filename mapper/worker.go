package mapper

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/supervisor"
)

// worker is what one container does: claim a chunk, execute it, publish it.
type worker[In, Out any] struct {
	e    *engine[In, Out]
	c    *supervisor.Container
	bed  chan struct{} // to sleep in
	want int           // length of the next claim
	// proven says that the container has finished an input.
	proven bool
	// lease is how many inputs are begun at a time. It changes between chunks.
	lease int
	// at is the input that executes now. Only the container's own goroutine uses it.
	at  int
	ctx atomic.Pointer[attemptContext]

	// started is when the running attempt began, on the run's clock, if there is a
	// Timeout: 0 between attempts, negative once the watchdog has timed it out.
	started atomic.Int64

	// mu guards the identity of the chunk in hand against those who take a part of
	// it away: an idle container, the emitter, and whoever ends the run or gives the
	// container up. Whoever finds another chunk than its own there has lost it.
	mu  sync.Mutex
	cur *chunk[In, Out]

	_    [64]byte
	span atomic.Uint64 // of cur: inputs begun in the high half, the end in the low half
	_    [56]byte
}

func spanOf(begun, end int) uint64     { return uint64(begun)<<32 | uint64(end) }
func begunEnd(s uint64) (begun, e int) { return int(s >> 32), int(uint32(s)) }

// serve is the life of a container: until the run is over, or the container's chunk
// was taken away because it was given up. Then it sees to it itself that it is
// replaced: whoever gave it up may not have come to that yet.
func (w *worker[In, Out]) serve() {
	defer func() { w.ctx.Load().release() }()
	for ch := w.next(); ch != nil; ch = w.next() {
		if !w.execute(ch) {
			w.c.Abandon()
			return
		}
	}
}

// next finds the container something to do, or puts it to sleep; nil when the run is
// over. What waits for another attempt goes before fresh inputs, suspects after them.
func (w *worker[In, Out]) next() *chunk[In, Out] {
	for turn := 0; !w.e.over.Load(); turn++ {
		if ch := w.find(turn >= spins/2); ch != nil {
			return ch
		}
		if turn < spins {
			runtime.Gosched()
			continue
		}
		w.c.Busy(false)
		w.e.lot.sleep(w.bed, w.e.hasWork)
		turn = 0
	}
	return nil
}

func (w *worker[In, Out]) find(eager bool) *chunk[In, Out] {
	if ch := w.e.todo.take(w.e.src.ready, w.proven); ch != nil {
		if len(ch.in) > 1 && w.e.lot.idle.Load() > 0 {
			w.e.lot.wake() // to take half of it
		}
		return ch
	}
	if ch := w.claim(eager); ch != nil {
		return ch
	}
	if w.e.wide.Load() > 0 {
		return w.steal()
	}
	return nil
}

// claim takes fresh inputs. Where more are left, a sleeper is woken to come for them,
// and so on: nobody wakes everybody.
func (w *worker[In, Out]) claim(eager bool) *chunk[In, Out] {
	if !w.e.src.ready() {
		return nil
	}
	ch := w.e.depot.get()
	lo, in, own := w.e.src.claim(w.want, ch.inBuf[:0], eager)
	if len(in) == 0 {
		w.e.depot.put(ch)
		return nil
	}
	ch.lo, ch.in = lo, in
	if own {
		ch.inBuf = in
	}
	if w.e.lot.idle.Load() > 0 && w.e.src.ready() {
		w.e.lot.wake()
	}
	return ch
}

// execute runs the function over a chunk and publishes what came of it. It reports
// false if the container was given up meanwhile.
func (w *worker[In, Out]) execute(ch *chunk[In, Out]) bool {
	ch.size(len(ch.in))
	w.begin(ch)
	began := w.e.now()
	if w.e.opts.Timeout > 0 {
		w.loopTimed(ch)
	} else {
		w.loop(ch)
	}
	took := w.e.now() - began
	done, ok := w.finish(ch)
	if ok && done > 0 {
		w.proven = true
		w.adapt(done, took)
		if w.e.backlog() > w.e.window.size/8 {
			runtime.Gosched() // the emitter is on this core, or needs one
		}
	}
	return ok
}

// loop is where a run spends its time. Beginning inputs is one atomic operation, which
// at the same time says that those before are finished: an idle container, the
// emitter and a crash all need to know how far this one has come.
func (w *worker[In, Out]) loop(ch *chunk[In, Out]) {
	ctx := context.Context(w.ctx.Load())
	fn, in, out, lease, over := w.e.fn, ch.in, ch.out, w.lease, &w.e.over
	for {
		i, end := w.beginNext(lease)
		if i >= end {
			return
		}
		for end = min(end, i+lease); i < end; i++ {
			if over.Load() {
				w.giveUp(ch, i)
				return
			}
			w.at = i
			v, err := fn(ctx, in[i])
			if err == nil {
				out[i] = v
			} else if !w.fail(ch, i, err) {
				return
			}
		}
	}
}

// beginNext begins the next n inputs of the chunk: those from i, as far as the end.
func (w *worker[In, Out]) beginNext(n int) (i, end int) {
	return begunEnd(w.span.Add(uint64(n)<<32) - uint64(n)<<32)
}

// begin takes ch in hand.
func (w *worker[In, Out]) begin(ch *chunk[In, Out]) {
	if len(ch.in) > 1 {
		w.e.wide.Add(1)
	}
	w.c.Busy(true)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cur = ch
	w.span.Store(spanOf(0, len(ch.in)))
}

// finish publishes what is left of the chunk after its last input, and returns how
// many inputs were executed.
func (w *worker[In, Out]) finish(ch *chunk[In, Out]) (done int, ok bool) {
	w.mu.Lock()
	if w.cur != ch {
		w.mu.Unlock()
		return 0, false
	}
	_, done = begunEnd(w.span.Load())
	w.letGo()
	n := done - ch.from
	ch.lo += ch.from
	ch.in, ch.out = ch.in[ch.from:done], ch.out[ch.from:done]
	if ch.rec != nil && n > 0 {
		ch.rec.attempts++
		ch.rec.err = nil
	}
	w.e.succeed(ch)
	w.mu.Unlock()
	w.c.Finished(n)
	return done, true
}

// letGo empties the container's hands. The caller holds w.mu.
func (w *worker[In, Out]) letGo() {
	if len(w.cur.in) > 1 {
		w.e.wide.Add(-1)
	}
	w.cur = nil
}

// attempt is what AttemptFrom returns.
func (w *worker[In, Out]) attempt() (Attempt, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur == nil {
		return Attempt{}, false
	}
	a := Attempt{Index: w.cur.lo + w.at, Attempt: 1, Container: w.c.ID()}
	if w.cur.rec != nil {
		a.Attempt = w.cur.rec.attempts + 1
	}
	return a, true
}
