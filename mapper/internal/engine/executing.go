package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// What workers execute, for whoever asks.

// holds reports that the worker, which serves the run, has inputs of it in hand, or asks about some.
func (w *Worker) holds(r *Run) bool {
	if w.question.Load() != nil {
		return true
	}
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
		return w.batch[0], 0, sizeOf(w.batch)
	}
	return nil, 0, 0
}

// batched is how many inputs the worker has in hand as one.
func (w *Worker) batched() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return sizeOf(w.batch)
}

// sizeOf is how many inputs a batch has.
func sizeOf(batch []*chunk.Chunk) (n int) {
	for _, ch := range batch {
		n += ch.N
	}
	return n
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

// Attempt implements [attempt.Owner].
func (w *Worker) Attempt(position int) (supervisor.Attempt, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur == nil || position < 0 || position >= w.cur.N {
		return supervisor.Attempt{}, false
	}
	return supervisor.Attempt{Index: w.cur.Lo + position, Attempt: w.cur.Attempt(), Container: w.c.ID()}, true
}

// InHand is how many inputs of the run execute, and how many have succeeded and are not
// published yet.
func (r *Run) InHand() (running, finished int) {
	for w := range r.s.workers {
		w.mu.Lock()
		if w.run == r {
			if ch, i, n := w.executes(); ch != nil {
				running += n
				finished += i - ch.From
			}
		}
		w.mu.Unlock()
	}
	return running, finished
}
