package mapper

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Observers may be told of each attempt. The inputs of a chunk share one event, as they
// share one reading of the clock: whatever is worth an event of its own, some 20 µs, is a
// chunk of its own. (A clock reading and an event for each input would cost a no-op twenty
// times what it costs.) An attempt that ends with its container is not told of here: the
// crash is, and what becomes of the input.

// ended tells observers of n attempts: of the inputs from lo on, each of which took so long.
func (w *worker[In, Out]) ended(e *engine[In, Out], lo, attempt, n int, took time.Duration, failed failures) {
	w.p.events.Emit(supervisor.Event{
		Kind: supervisor.AttemptsEnded, Run: e.id, Container: w.h.c.ID(), Lineage: w.h.c.Lineage(),
		Input: lo, Attempt: attempt, Count: n, Failed: failed.n, Took: took, Err: failed.last,
	})
}

// failures are the attempts of what is in hand that have failed.
type failures struct {
	n    int
	last error
}

// noteFailure keeps what ended will say. The caller holds w.mu.
func (w *worker[In, Out]) noteFailure(err error) {
	if w.p.detail {
		w.failed = failures{w.failed.n + 1, err}
	}
}

// takeFailures returns what was noted, and begins anew. The caller holds w.mu.
func (w *worker[In, Out]) takeFailures() failures {
	failed := w.failed
	w.failed = failures{}
	return failed
}

// chunkEnded is ended for a chunk that was executed input by input.
func (w *worker[In, Out]) chunkEnded(e *engine[In, Out], lo, attempt, n int, took time.Duration) {
	if !w.p.detail {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	failed := w.takeFailures()
	if n == maxClaim && failed.n == 0 && attempt == 1 && took < w.p.claimTarget() {
		w.gather(e, lo, n, took)
		return
	}
	w.tellGathered()
	w.ended(e, lo, attempt, n, took/time.Duration(n), failed)
}

// gathered is claims of inputs so cheap that even the longest are over in a microsecond or two:
// half a million events a second would be half the work. They are told of together. Index
// lo is that of the first; others may have taken some in between.
type gathered[In, Out any] struct {
	e     *engine[In, Out]
	lo, n int
	took  time.Duration
}

func (w *worker[In, Out]) gather(e *engine[In, Out], lo, n int, took time.Duration) {
	g := &w.gathered
	if g.e != e {
		w.tellGathered()
		g.e, g.lo = e, lo
	}
	g.n += n
	if g.took += took; g.took >= w.p.claimTarget() {
		w.tellGathered()
	}
}

// tellGathered tells of what was gathered. The caller holds w.mu.
func (w *worker[In, Out]) tellGathered() {
	if g := w.gathered; g.n > 0 {
		w.gathered = gathered[In, Out]{}
		w.ended(g.e, g.lo, 1, g.n, g.took/time.Duration(g.n), failures{})
	}
}

// tellRest is tellGathered before the worker sleeps, or ends.
func (w *worker[In, Out]) tellRest() {
	if w.p.detail {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.tellGathered()
	}
}

// cutShort is ended for the first n inputs of a chunk, at the next of which the container was
// lost. How long that one took is not known; the others, no longer than a chunk is meant to take.
// The caller holds w.mu.
func (w *worker[In, Out]) cutShort(e *engine[In, Out], ch *chunk[In, Out], n int) {
	if w.p.detail && n > 0 {
		w.ended(e, ch.lo, 1, n, min((w.p.now()-w.since)/time.Duration(n+1), w.p.claimTarget()), w.takeFailures())
	}
}
