package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// What a worker has in hand, from the moment it takes a chunk until it lets go of it.

// begin takes ch in hand. So many of its inputs count as begun from the first moment on that
// another worker may look: those that are sent as one.
func (w *Worker) begin(r *Run, ch *chunk.Chunk, now time.Duration, begun int) {
	if ch.N > 1 {
		r.stealable.Add(1)
	}
	w.awaken()
	w.prepare(r, ch, w.together(begun))
	if r.hedger != nil {
		r.hedger.begin(w, ch, now)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run, w.cur, w.since = r, ch, now
	w.span.Set(begun, ch.N)
	if begun > 0 {
		w.Lease = begun
	}
	w.heed()
}

// together is how many inputs of a chunk are begun at a time, of which begun were sent as one.
func (w *Worker) together(begun int) int {
	switch {
	case begun > 0:
		return begun
	case w.singly():
		return 1
	}
	return w.Lease
}

// singly reports that inputs are begun one by one: each has a time of its own, or a mark.
func (w *Worker) singly() bool { return w.s.Timeout > 0 || w.mark != nil }

// finish publishes what is left of the chunk after its last input, and returns how many
// inputs were executed, and how many of them that was.
func (w *Worker) finish(r *Run, ch *chunk.Chunk) (done, published int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur != ch {
		return 0, 0, false
	}
	if _, done = w.span.Get(); done > ch.From {
		w.took()
	}
	w.letGo()
	return done, w.publish(r, ch, done), true
}

// publish delivers what is finished of a chunk that ends before position end, and returns
// how many inputs those are. The caller holds w.mu.
func (w *Worker) publish(r *Run, ch *chunk.Chunk, end int) int {
	ch.Trim(end)
	n := ch.N
	if n > 0 {
		w.took()
	}
	if ch.Task != nil && n > 0 {
		ch.Task.Succeeded()
	}
	r.succeed(ch)
	return n
}

// letGo empties the worker's hands. The caller holds w.mu.
func (w *Worker) letGo() {
	if w.cur != nil && w.cur.N > 1 {
		w.run.stealable.Add(-1)
	}
	w.run, w.cur, w.batch, w.charged = nil, nil, nil, false
	w.ctx.Load().Rest()
	w.probed()
	w.releasePass()
	w.landed()
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

// executed notes that n inputs took a time.
func (w *Worker) executed(r *Run, n int, took time.Duration) {
	changed := false
	if timed, ok := w.c.Instance().Remote.(supervisor.Timed); ok {
		changed = w.Far(n, took, timed.Worked(), r.rules())
	} else {
		changed = w.Adapt(n, took, r.rules())
	}
	if changed {
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
	if w.interrupted {
		w.ctx.Load().Cancel(w.stop)
	}
}
