package engine

import "sync/atomic"

// counts is what has become of the inputs of a run so far.
type counts struct {
	succeeded atomic.Int64 // inputs
	failed    atomic.Int64 // inputs
	faults    atomic.Int64 // of failed: those by themselves
	cancelled atomic.Int64 // of failed: those that the end of the run has left unfinished
	failures  atomic.Int64 // attempts that ended in an application failure
	retried   atomic.Int64 // attempts asked for after an application failure
	reran     atomic.Int64 // attempts asked for after a crash
	refused   atomic.Int64 // attempts that ended in an error by which everybody is to wait
	restored  atomic.Int64 // of succeeded and failed: inputs that the journal knew
	damaged   atomic.Int64 // inputs whose record in the journal is damaged
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

// Refused is how many attempts have ended in an error by which everybody is to wait.
func (c *counts) Refused() int { return int(c.refused.Load()) }
