package engine

import (
	"math"
	"sync/atomic"
)

// counts is what has become of the inputs of a run so far.
type counts struct {
	succeeded atomic.Int64 // inputs
	failed    atomic.Int64 // inputs
	faults    atomic.Int64 // of failed: those by themselves
	cancelled atomic.Int64 // of failed: those that the end of the run has left unfinished
	failures  atomic.Int64 // attempts that ended in an application failure
	retried   atomic.Int64 // attempts asked for after an application failure
	reran     atomic.Int64 // attempts asked for after a crash
}

// Succeeded is how many inputs have.
func (c *counts) Succeeded() int { return int(c.succeeded.Load()) }

// Failed is how many have for good, of which Faults by themselves, and Cancelled since the end
// of the run has left them unfinished.
func (c *counts) Failed() int { return int(c.failed.Load()) }

// Faults is how many have failed by themselves.
func (c *counts) Faults() int { return int(c.faults.Load()) }

// Cancelled is how many the end of the run has left unfinished.
func (c *counts) Cancelled() int { return int(c.cancelled.Load()) }

// Retried is how many attempts were asked for after application failures.
func (c *counts) Retried() int { return int(c.retried.Load()) }

// Reran is how many attempts were asked for after crashes.
func (c *counts) Reran() int { return int(c.reran.Load()) }

// progress counts attempts that came to an end other than by crashing.
func (c *counts) progress() int64 { return c.succeeded.Load() + c.failures.Load() }

// Retrying is how many inputs wait for another attempt.
func (r *Run) Retrying() int { return r.backlog.Count() }

// Undelivered is the number of results that wait to be delivered. It counts nothing where
// none do.
func (r *Run) Undelivered() int {
	if r.Window.Size == math.MaxInt {
		return 0
	}
	return int(r.succeeded.Load() + r.failed.Load() - r.Window.Delivered.Load())
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

// Needed is how many inputs wait for a container, at least one if there is any work.
func (r *Run) needed() int {
	if !r.hasWork() {
		return 0
	}
	return max(r.src.Waiting()+r.backlog.Inputs(), 1)
}
