package fleet

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Several inputs at once in one container: a worker for each, with a context of its own.
// Up to TargetInputs of them work whenever there is something to do. The others sleep in
// a lot of their own, for the time when no further container may start.

// workTogether runs the container's workers until all have ended. If one of them crashes,
// the container does: the others' attempts are cancelled, and what they return within Grace
// is kept if it is a value; the rest is executed elsewhere.
func (c *Container) workTogether() *supervisor.CrashError {
	ended := make(chan struct{}, len(c.workers))
	for _, w := range c.workers {
		c.together.Add(1)
		c.Go(func() { w.Serve() }, func(crash *supervisor.CrashError) {
			if crash != nil {
				c.workerCrashed(w, crash)
			}
			c.together.Done()
			ended <- struct{}{}
		})
	}
	var late <-chan time.Time
	for range c.workers {
		select {
		case <-ended:
		case <-late:
			c.stuck = true
			c.reclaim()
			return c.crash.Load()
		}
		if late == nil && c.crash.Load() != nil {
			timer := time.NewTimer(max(c.p.Grace, 1))
			defer timer.Stop()
			late = timer.C
		}
	}
	return c.crash.Load()
}

// workerCrashed is told of the crash of one of several workers, on its dying goroutine.
func (c *Container) workerCrashed(w Worker, crash *supervisor.CrashError) {
	evidence := w.Crashed(crash)
	if c.crash.CompareAndSwap(nil, crash) {
		c.evidence = evidence
		c.cancel(&interruptedBy{crash})
	}
}
