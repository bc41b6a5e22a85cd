package mapper

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// The length of a claim follows the measured cost of an input, so that cheap inputs
// share what a synchronisation costs and slow ones go one by one.
const (
	claimTarget = 30 * time.Microsecond // of work in one claim: two clock readings are 0.2 % of it
	maxClaim    = 1024
)

// Beginning an input costs an atomic operation, 6 ns. Inputs that cost next to nothing
// are begun a few at a time: what is finished of so few is not seen from outside
// before the last of them, and what is not begun cannot be taken away.
const (
	cheap      = 250 // ns for an input
	cheapLease = 8
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
// was taken away because it was given up.
func (w *worker[In, Out]) serve() {
	defer func() { w.ctx.Load().release() }()
	for {
		ch := w.next()
		if ch == nil || !w.execute(ch) {
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
	n := len(ch.in)
	ch.size(n)
	w.begin(ch, n)
	began := w.e.now()
	if w.e.opts.Timeout > 0 {
		w.loopTimed(ch)
	} else {
		w.loop(ch)
	}
	took := w.e.now() - began
	done, ok := w.finish(ch, n)
	if ok {
		w.proven = w.proven || done > 0
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
	fn, in, out, lease := w.e.fn, ch.in, ch.out, w.lease
	for {
		i, end := w.beginNext(lease)
		if i >= end {
			return
		}
		for end = min(end, i+lease); i < end; i++ {
			w.at = i
			v, err := fn(ctx, in[i])
			if err == nil {
				out[i] = v
			} else if !w.fail(ch, i, err) {
				return
			}
			if lease > 1 && w.e.over.Load() {
				w.e.todo.giveBack(w.unlease(ch, i+1))
				break
			}
		}
	}
}

// beginNext begins the next n inputs of the chunk: those from i, as far as the end.
func (w *worker[In, Out]) beginNext(n int) (i, end int) {
	return begunEnd(w.span.Add(uint64(n)<<32) - uint64(n)<<32)
}

// begin takes ch in hand. A run that ends between the claim and here takes back what
// is not begun, like that of every other container.
func (w *worker[In, Out]) begin(ch *chunk[In, Out], n int) {
	if n > 1 {
		w.e.wide.Add(1)
	}
	w.c.Busy(true)
	w.mu.Lock()
	w.cur = ch
	w.span.Store(spanOf(0, n))
	w.mu.Unlock()
	if w.e.over.Load() {
		w.e.todo.giveBack(w.cede(all))
	}
}

// finish publishes what is left of the chunk after its last input, and returns how
// many inputs were executed.
func (w *worker[In, Out]) finish(ch *chunk[In, Out], n int) (done int, ok bool) {
	w.mu.Lock()
	if w.cur != ch {
		w.mu.Unlock()
		return 0, false
	}
	_, end := begunEnd(w.span.Load())
	w.cur = nil
	w.mu.Unlock()
	if n > 1 {
		w.e.wide.Add(-1)
	}
	ch.lo += ch.from
	ch.in, ch.out = ch.in[ch.from:end], ch.out[ch.from:end]
	if ch.rec != nil && len(ch.out) > 0 {
		ch.rec.attempts++
		ch.rec.err = nil
	}
	w.publish(ch)
	return end, true
}

// publish hands finished inputs to the outlet, then counts them.
func (w *worker[In, Out]) publish(ch *chunk[In, Out]) {
	if ch == nil {
		return
	}
	n := len(ch.out)
	if n == 0 {
		w.e.depot.put(ch)
		return
	}
	w.c.Finished(n)
	w.e.succeed(ch, n)
}

// adapt chooses the length of the next claim: it grows at most twofold, so that a
// slow input is never batched by a guess, and shrinks at once.
func (w *worker[In, Out]) adapt(n int, took time.Duration) {
	if n == 0 {
		return
	}
	want := max(min(n*int(claimTarget)/max(int(took), 1), 2*n, w.e.maxClaim), 1)
	if n >= w.want || want < w.want {
		if want != w.want {
			w.e.hint.Store(int64(want))
		}
		w.want = want
	}
	w.lease = 1
	if took > 0 && int(took) < n*cheap && w.e.opts.Timeout == 0 { // no time at all passes in a synctest bubble
		w.lease = cheapLease
	}
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
