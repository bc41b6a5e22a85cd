package mapper

import (
	"fmt"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Several inputs at once in one container: a worker for each, with a context of its own.
// Up to TargetInputs of them work whenever there is something to do. The others sleep in
// a lot of their own, for the time when no further container may start.

// workTogether runs the container's workers until all have ended. If one of them crashes,
// the container does: the others' attempts are cancelled, and what they
// return within Grace is kept if it is a value; the rest is executed elsewhere.
func (h *host[In, Out]) workTogether() *supervisor.CrashError {
	ended := make(chan *worker[In, Out], len(h.slots))
	for _, w := range h.slots {
		h.slotsLeft.Add(1)
		h.c.Go(func() { w.serve() }, func(crash *supervisor.CrashError) {
			if crash != nil {
				h.slotCrashed(w, crash)
			}
			h.slotsLeft.Done()
			ended <- w
		})
	}
	var late <-chan time.Time
	for range h.slots {
		select {
		case <-ended:
		case <-late:
			h.stuck = true
			h.surrender()
			return h.crash.Load()
		}
		if late == nil && h.crash.Load() != nil {
			timer := time.NewTimer(max(h.p.opts.Grace, 1))
			defer timer.Stop()
			late = timer.C
		}
	}
	return h.crash.Load()
}

// slotCrashed is told of the crash of one of several workers, on its dying goroutine.
func (h *host[In, Out]) slotCrashed(w *worker[In, Out], crash *supervisor.CrashError) {
	w.crashed(crash)
	if h.crash.CompareAndSwap(nil, crash) {
		h.cancel(fmt.Errorf("%w: %w", ErrInterrupted, crash))
	}
}

// mayTake reports that it is the worker's turn to look for work at all.
func (w *worker[In, Out]) mayTake() bool {
	return w.slot < w.p.opts.TargetInputs || (w.p.full.Load() && w.p.lot.idle.Load() == 0)
}

// restingPlace is where the worker sleeps.
func (w *worker[In, Out]) restingPlace() *lot {
	if w.slot < w.p.opts.TargetInputs {
		return &w.p.lot
	}
	return &w.p.burst
}
