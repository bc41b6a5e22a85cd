package mapper

import (
	"math"

	"github.com/longshore-go/longshore/supervisor"
)

// Stats is a run in numbers at one moment.
type Stats struct {
	Inputs    int // of the run; -1 while the iterator has not ended, or an Expanding run
	Taken     int // claimed, or pulled from the iterator
	Delivered int // results taken by the reader, counted a few at a time
	Succeeded int
	Failed    int // for good, those left unfinished at the end of the run included: Counts has them apart, as Cancelled
	Retrying  int // wait for another attempt
	Running   int // containers that execute inputs

	Retries   int  // attempts asked for after application failures, charged to Retries
	Reruns    int  // attempts asked for after crashes, and at no charge, as after the loss of a machine
	TimedOut  int  // attempts
	Refused   int  // attempts that ended in a policy.Throttled
	Held      Held // inputs that may not begin
	Limit     int  // attempts that Adaptive lets be under way; 0 without
	Abandoned int  // containers given up because they ignored their context
	Dropped   int  // events that the observer was too slow for, or stuck

	Journaled // of a run with a Journal

	Hedges    int // second attempts that were begun while the first executed, see Options.Hedge
	HedgesWon int // of them, those that were the first to succeed

	Frontier   int // of an Expanding body: inputs that are known and not claimed, which Taken does not count
	Duplicates int // of an Expanding body: added inputs that were dropped since their identity was known

	Pool supervisor.Snapshot
}

// Stats returns the numbers of the run. It asks the supervisor for the state of each
// container, and waits for its answer, which takes microseconds.
func (r *Run[In, Out]) Stats() Stats { return r.h.stats() }

func (h *handle) stats() Stats {
	e, src := h.e, h.e.Source()
	pool := h.s.Snapshot()
	s := Stats{
		Inputs:    -1,
		Taken:     src.Taken(),
		Delivered: int(e.Window.Delivered.Load()),
		Succeeded: e.Succeeded(),
		Failed:    e.Failed(),
		Retrying:  e.Retrying(),
		Retries:   e.Retried(),
		Reruns:    e.Reran(),
		TimedOut:  int(h.s.TimedOut.Load()),
		Refused:   e.Refused(),
		Held:      heldOf(e),
		Limit:     h.s.Limit(),
		Abandoned: pool.Abandoned,
		Dropped:   int(h.s.Events().Dropped()),
		Pool:      pool,

		Journaled: journaledOf(e),
	}
	if n := src.Total(); n != math.MaxInt {
		s.Inputs = n
	}
	s.Hedges, s.HedgesWon = e.Hedges()
	if f := e.Frontier(); f != nil {
		s.Frontier, s.Duplicates = f.Unclaimed(), f.Duplicates()
	}
	s.Running = running(pool)
	return s
}

// FunctionStats is a deployed function in numbers at one moment.
type FunctionStats struct {
	Runs      int // under way
	Calls     int // accepted and not settled
	Waiting   int // inputs of calls and runs that wait for a container
	Running   int // containers that execute inputs
	Retrying  int // inputs that wait for another attempt
	TimedOut  int // attempts
	Succeeded int // calls
	Failed    int // calls, for good, those withdrawn or left unfinished included
	Cancelled int // of Failed: calls that their callers have withdrawn, or that the end of the function has left unfinished
	Dropped   int // events that the observer was too slow for, or stuck
	Release   int // of the body: the redeploys so far
	Hedges    int // second attempts of calls, see Options.Hedge
	HedgesWon int // of them, those that were the first to succeed

	InputsSucceeded int // of runs, those that are over included
	InputsFailed    int // of runs, likewise: for good and by themselves. What the end of a run leaves unfinished is in neither

	Pool supervisor.Snapshot // its containers, and whether the function is crash-looping
}

// Stats returns the numbers of the function. It asks the supervisor for the state of
// each container, and waits for its answer, which takes microseconds.
func (f *Function[In, Out]) Stats() FunctionStats { return f.life.stats() }

func (f *life) stats() FunctionStats {
	t, inputs := f.queue.tally(), f.ofRuns()
	s := FunctionStats{
		InputsSucceeded: inputs.succeeded,
		InputsFailed:    inputs.failed,

		Runs:      underWay(f.s, f.calls),
		Calls:     int(f.queue.pending.Load()),
		TimedOut:  int(f.s.TimedOut.Load()),
		Succeeded: t.succeeded,
		Failed:    t.failed + t.cancelled,
		Cancelled: t.cancelled,
		Dropped:   int(f.s.Events().Dropped()),
		Release:   f.s.Release().Number,
		Pool:      f.s.Snapshot(),
	}
	if f.calls != nil {
		s.Hedges, s.HedgesWon = f.calls.Hedges()
	}
	for _, e := range f.s.Runs() {
		s.Waiting += e.Source().Waiting()
		s.Retrying += e.Retrying()
	}
	s.Running = running(s.Pool)
	return s
}

// running counts the containers that execute inputs.
func running(pool supervisor.Snapshot) int {
	n := 0
	for _, c := range pool.Containers {
		if c.State == supervisor.Running {
			n++
		}
	}
	return n
}
