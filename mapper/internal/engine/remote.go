package engine

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// Containers of a Runtime are somewhere else: a worker sends them chunk after chunk and
// settles each input as its outcome comes back. Its chunk counts as begun from one end to the
// other, since what was sent cannot be taken back; the lease says how many of its inputs are
// still out.

// executeRemotely sends a chunk and settles it. It reports false if the container is at its
// end, and how it has crashed, if that is why.
func (w *Worker) executeRemotely(r *Run, ch *chunk.Chunk) (ok bool, crash *supervisor.CrashError) {
	n := ch.N
	ch.Grow()
	began := w.s.Now()
	lo, nth := ch.Lo, ch.Attempt()
	w.begin(r, ch, began, n)
	job := supervisor.Chunk{Index: lo, Attempt: nth, Inputs: w.box(ch)}
	job.Timeout, _ = w.s.allowed(ch.Task, began)
	job.Deadline, _ = w.parent.Deadline()
	x := &remoteChunk{w: w, r: r, ch: ch, task: ch.Task}
	x.clockOn()
	err := w.c.Instance().Remote.Run(attempt.Enter[any](w.ctx.Load(), 0), job, x.done)
	took := w.s.Now() - began
	if err != nil {
		w.boxed = nil // somebody there may still look at it
		return false, x.lost(err)
	}
	clear(w.boxed)
	w.c.Weigh()
	done, ok := x.returned()
	if ok && done > 0 {
		w.executed(r, done, took)
		w.chunkEnded(r, lo, nth, done, took)
	}
	return ok, nil
}

// box is the inputs of a chunk as the seam has them, in memory that is the next chunk's afterwards.
func (w *Worker) box(ch *chunk.Chunk) []any {
	w.boxed = slices.Grow(w.boxed[:0], ch.N)[:ch.N]
	for i := range w.boxed {
		w.boxed[i] = ch.Payload.Boxed(i)
	}
	return w.boxed
}

// lostError says that the container was lost while it executed a batch.
type lostError struct{ error }

// errNotBegun is what comes of a batch that the runtime has not reported.
var errNotBegun = errors.New("mapper: batch not begun")

// callRemoteBatch sends a batch, as one input of a function over slices.
func (w *Worker) callRemoteBatch(ctx context.Context, inputs any) (values any, failure error) {
	reported := batchReport{failure: errNotBegun}
	job := supervisor.Chunk{Inputs: []any{inputs}, Timeout: w.limit()}
	job.Deadline, _ = w.parent.Deadline()
	err := w.c.Instance().Remote.Run(ctx, job, reported.done)
	values, failure = reported.end()
	if err != nil {
		return nil, &lostError{err}
	}
	w.c.Weigh()
	return values, failure
}

// batchReport is what a runtime has said of a batch: the first time counts, and not too late.
type batchReport struct {
	mu      sync.Mutex
	over    bool
	values  any
	failure error
}

func (b *batchReport) done(_ int, values any, failure error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.over {
		b.over, b.values, b.failure = true, values, failure
	}
}

func (b *batchReport) end() (values any, failure error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	return b.values, b.failure
}

// lostBatch settles a batch whose container is gone.
func (w *Worker) lostBatch(lost *lostError) *supervisor.CrashError {
	crash, _ := asCrash(lost.error)
	began := w.started.Swap(0)
	switch {
	case began < 0:
		w.s.timedOut()
		w.c.Killed()
		w.c.Retire() // it may have ended by itself before it was killed
		w.reclaimAs(w.late(crash))
		return nil
	case w.c.Killed():
		w.Reclaim()
		return nil
	}
	return crash // the pool tells of it
}
