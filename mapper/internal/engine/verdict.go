package engine

import (
	"container/heap"
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// What the end of an attempt means where another one of its input may execute.

// leave takes an attempt that has come to an end out of its race. The caller holds the lock.
func (h *hedger) leave(x *race, which int) {
	if x.runners[which] != nil {
		x.runners[which] = nil
		h.inFlight.Add(-1)
	}
	if which == secondAttempt {
		x.taken = false
		h.flying.Add(-1)
		h.hold()
	} else {
		h.forget(x)
	}
	h.call()
}

// forget has nobody join a race any more. The caller holds the lock.
func (h *hedger) forget(x *race) {
	if x.where != notThere {
		heap.Remove(&h.waits, x.where)
	}
	if at := slices.Index(h.due, x); at >= 0 {
		h.due = slices.Delete(h.due, at, at+1)
	}
}

// succeeded takes in that an attempt of a chunk has succeeded, and reports whether it is the first of its input.
func (h *hedger) succeeded(ch *chunk.Chunk) bool {
	x, which := raceOf(ch.Task)
	if x == nil {
		return true
	}
	h.mu.Lock()
	defer h.unlock()
	h.leave(x, which)
	if x.over {
		return false
	}
	h.recent.add(h.now() - x.began[which])
	if which == secondAttempt {
		h.won.Add(1)
	}
	h.end(x, h.lost)
	x.task.Succeeded()
	ch.Task = x.task
	return true
}

// end ends a race: what still executes is cancelled, and counts as an attempt. The caller holds the lock.
func (h *hedger) end(x *race, cause error) {
	x.over, x.task.Race = true, nil
	h.forget(x)
	x.task.Attempts += x.cutOff(cause)
}

// verdict is what the end of an attempt without success means.
type verdict int

const (
	decides verdict = iota // nothing else executes: the input's fate is decided now
	waits                  // the other attempt goes on, and decides
	late                   // the input is settled
)

// failed takes in that an attempt has ended otherwise, and returns the input's own task. While the other one goes on,
// meanwhile is called with it, unless it is nil; if that reports true the input is settled.
func (h *hedger) failed(t *chunk.Task, meanwhile func(*chunk.Task) bool) (*chunk.Task, verdict) {
	x, which := raceOf(t)
	if x == nil {
		return t, decides
	}
	h.mu.Lock()
	defer h.unlock()
	h.leave(x, which)
	if x.over {
		return x.task, late
	}
	x.task.Attempts++
	if !x.goesOn() {
		h.end(x, nil)
		return x.task, decides
	}
	if meanwhile != nil && meanwhile(x.task) {
		h.end(x, h.lost)
		return x.task, decides
	}
	return x.task, waits
}

// returned takes in that what was taken is not executed after all. It reports what is to be given back, nil for nothing: a
// second attempt is due again while the first goes on.
func (h *hedger) returned(t *chunk.Task) *chunk.Task {
	x, which := raceOf(t)
	if x == nil {
		return t
	}
	h.mu.Lock()
	defer h.unlock()
	if which == secondAttempt && x.runners[secondAttempt] != nil && !x.over {
		h.begun.Add(-1)
	}
	h.leave(x, which)
	switch {
	case x.over:
		return nil
	case x.runners[firstAttempt] != nil:
		x.task.Hedged = false
		if !h.over {
			h.due = append(h.due, x)
		}
		h.call()
		return nil
	case x.goesOn():
		return nil
	}
	h.end(x, nil)
	return x.task
}

// outrun reports that an attempt which is about to begin need not: its input is settled.
func (h *hedger) outrun(t *chunk.Task) bool {
	x, _ := raceOf(t)
	if x == nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return x.over
}

// cancel ends all that executes of an input which nobody wants any more.
func (h *hedger) cancel(t *chunk.Task, cause error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if x, ok := t.Race.(*race); ok && !x.over {
		h.forget(x)
		x.cutOff(cause)
	}
}
