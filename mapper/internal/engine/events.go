package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/pace"
	"github.com/longshore-go/longshore/supervisor"
)

// Observers may be told of each attempt. The inputs of a chunk share one event, as they
// share one reading of the clock: whatever is worth an event of its own, some 20 µs, is a
// chunk of its own. (A clock reading and an event for each input would cost a no-op twenty
// times what it costs.) An attempt that ends with its container is not told of here: the
// crash is, and what becomes of the input.

// tell tells observers of n attempts: of the inputs from lo on, each of which took so long.
func (w *Worker) tell(r *Run, lo, attempt, n int, took time.Duration, failed failures) {
	w.s.Events().Emit(supervisor.Event{
		Kind: supervisor.AttemptsEnded, Run: r.ID, Container: w.c.ID(), Lineage: w.c.Lineage(),
		Input: lo, Attempt: attempt, Count: n, Failed: failed.n, Took: took, Err: failed.last,
	})
}

// noteFailure keeps what tell will say. The caller holds w.mu.
func (w *Worker) noteFailure(err error) {
	if w.s.Detail() {
		w.attempts.failed = failures{w.attempts.failed.n + 1, err}
	}
}

// takeFailures returns what was noted, and begins anew. The caller holds w.mu.
func (w *Worker) takeFailures() failures {
	failed := w.attempts.failed
	w.attempts.failed = failures{}
	return failed
}

// chunkEnded tells of a chunk that was executed input by input.
func (w *Worker) chunkEnded(r *Run, lo, attempt, n int, took time.Duration) {
	if !w.s.Detail() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	failed := w.takeFailures()
	if n == pace.MaxClaim && failed.n == 0 && attempt == 1 && took < w.s.claimTarget() {
		w.gather(r, lo, n, took)
		return
	}
	w.tellGathered()
	w.tell(r, lo, attempt, n, took/time.Duration(n), failed)
}

func (w *Worker) gather(r *Run, lo, n int, took time.Duration) {
	g := &w.attempts.gathered
	if g.run != r {
		w.tellGathered()
		g.run, g.lo = r, lo
	}
	g.n += n
	if g.took += took; g.took >= w.s.claimTarget() {
		w.tellGathered()
	}
}

// tellGathered tells of what was gathered. The caller holds w.mu.
func (w *Worker) tellGathered() {
	if g := w.attempts.gathered; g.n > 0 {
		w.attempts.gathered = gathered{}
		w.tell(g.run, g.lo, 1, g.n, g.took/time.Duration(g.n), failures{})
	}
}

// tellRest is tellGathered before the worker sleeps, or ends.
func (w *Worker) tellRest() {
	if w.s.Detail() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.tellGathered()
	}
}

// cutShort tells of the first n inputs of a chunk, at the next of which the container was
// lost. How long that one took is not known; the others, no longer than a chunk is meant to
// take. The caller holds w.mu.
func (w *Worker) cutShort(r *Run, ch *chunk.Chunk, n int) {
	if w.s.Detail() && n > 0 {
		w.tell(r, ch.Lo, 1, n, min((w.s.Now()-w.since)/time.Duration(n+1), w.s.claimTarget()), w.takeFailures())
	}
}

// emitInput tells observers what becomes of an input, after its last error.
func (r *Run) emitInput(kind supervisor.Kind, t *chunk.Task, delay time.Duration) {
	events := r.s.Events()
	if !events.Wanted(kind) {
		return
	}
	ev := r.aboutInput(kind, t)
	if delay > 0 {
		ev.Next = time.Now().Add(delay)
	}
	events.Emit(ev)
}

// aboutInput is an event about an input.
func (r *Run) aboutInput(kind supervisor.Kind, t *chunk.Task) supervisor.Event {
	return supervisor.Event{
		Kind: kind, Run: r.ID, Container: -1, Lineage: -1,
		Input: t.Index, Attempt: t.Attempts, Value: r.Describe(t.In), Err: t.Err,
	}
}

// TellCancelled tells observers of the input of a call that was withdrawn.
func (r *Run) TellCancelled(t *chunk.Task) { r.emitInput(supervisor.InputCancelled, t, 0) }
