package mapper

import (
	"math"

	"github.com/longshore-go/longshore/supervisor"
)

// Stats is a run in numbers at one moment.
type Stats struct {
	Inputs    int // of the run; -1 while the iterator has not ended
	Taken     int // claimed, or pulled from the iterator
	Delivered int // results taken by the reader, counted a few at a time
	Succeeded int
	Failed    int // for good
	Retrying  int // wait for another attempt
	Running   int // containers that execute inputs

	Retries   int // attempts asked for after application failures
	Reruns    int // attempts asked for after crashes
	TimedOut  int // attempts
	Abandoned int // containers given up because they ignored their context
	Dropped   int // events that the observer was too slow for, or stuck

	Pool supervisor.Snapshot
}

// Stats returns the numbers of the run. It asks the supervisor for the state of each
// container, and waits for its answer, which takes microseconds.
func (r *Run[In, Out]) Stats() Stats {
	e := r.e
	pool := e.p.sup.Snapshot()
	s := Stats{
		Inputs:    -1,
		Taken:     e.src.taken(),
		Delivered: int(e.window.delivered.Load()),
		Succeeded: int(e.succeeded.Load()),
		Failed:    int(e.failed.Load()),
		Retrying:  e.todo.count(),
		Retries:   int(e.retried.Load()),
		Reruns:    int(e.reran.Load()),
		TimedOut:  int(e.p.timedOut.Load()),
		Abandoned: pool.Abandoned,
		Dropped:   int(e.p.events.Dropped()),
		Pool:      pool,
	}
	if n := e.src.total(); n != math.MaxInt {
		s.Inputs = n
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
	Failed    int // calls, for good
	Dropped   int // events that the observer was too slow for, or stuck
	Release   int // of the body: the redeploys so far

	Pool supervisor.Snapshot // its containers, and whether the function is crash-looping
}

// Stats returns the numbers of the function. It asks the supervisor for the state of
// each container, and waits for its answer, which takes microseconds.
func (f *Function[In, Out]) Stats() FunctionStats {
	s := FunctionStats{
		Calls:     int(f.desk.pending.Load()),
		TimedOut:  int(f.p.timedOut.Load()),
		Succeeded: int(f.desk.succeeded.Load()),
		Failed:    int(f.desk.failed.Load() + f.desk.cancelled.Load()),
		Dropped:   int(f.p.events.Dropped()),
		Release:   f.p.release.Load().number,
		Pool:      f.p.sup.Snapshot(),
	}
	for _, e := range *f.p.runs.Load() {
		s.Waiting += e.src.waiting()
		s.Retrying += e.todo.count()
		if e != f.calls {
			s.Runs++
		}
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
