package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// What a worker has in hand, from the moment it takes a chunk until it lets go of it.

// begin takes ch in hand. So many of its inputs count as begun from the first moment on that
// another worker may look: those that are sent as one.
func (w *Worker) begin(r *Run, ch *chunk.Chunk, now time.Duration, begun int) {
	if ch.N > 1 {
		r.stealable.Add(1)
	}
	w.awaken()
	w.prepare(r, ch)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run, w.cur, w.since = r, ch, now
	w.span.Set(begun, ch.N)
	if begun > 0 {
		w.Lease = begun
	}
	w.heed()
}

// finish publishes what is left of the chunk after its last input, and returns how many
// inputs were executed, and how many of them that was.
func (w *Worker) finish(r *Run, ch *chunk.Chunk) (done, published int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur != ch {
		return 0, 0, false
	}
	_, done = w.span.Get()
	w.letGo()
	return done, w.publish(r, ch, done), true
}

// publish delivers what is finished of a chunk that ends before position end, and returns
// how many inputs those are. The caller holds w.mu.
func (w *Worker) publish(r *Run, ch *chunk.Chunk, end int) int {
	ch.Trim(end)
	n := ch.N
	if ch.Task != nil && n > 0 {
		ch.Task.Succeeded()
	}
	r.succeed(ch)
	return n
}

// letGo empties the worker's hands. The caller holds w.mu.
func (w *Worker) letGo() {
	if w.cur.N > 1 {
		w.run.stealable.Add(-1)
	}
	w.cur, w.run = nil, nil
}

// holds reports that the worker has inputs of the run in hand.
func (w *Worker) holds(r *Run) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.run == r && (w.cur != nil || w.batch != nil)
}

// executes returns the inputs that the worker has begun and not ended: the first is the one
// at position i of ch, and there are n. The caller holds w.mu.
func (w *Worker) executes() (ch *chunk.Chunk, i, n int) {
	switch {
	case w.cur != nil:
		begun, end := w.span.Get()
		i = min(max(begun-w.Lease, w.cur.From, 0), end)
		return w.cur, i, min(begun, end) - i
	case w.batch != nil:
		for _, ch := range w.batch {
			n += ch.N
		}
		return w.batch[0], 0, n
	}
	return nil, 0, 0
}

// Executing is what a worker executes.
type Executing struct {
	Run     uint64
	Input   int // the first of several
	Attempt int // of that input
	Inputs  int // how many
	Since   time.Duration
}

// Executing returns it, with no Inputs where it executes none.
func (w *Worker) Executing() Executing {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, i, n := w.executes()
	if n == 0 {
		return Executing{}
	}
	return Executing{Run: w.run.ID, Input: ch.Lo + i, Attempt: ch.Attempt(), Inputs: n, Since: w.s.Now() - w.since}
}
