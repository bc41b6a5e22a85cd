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
	pool := e.pool.Snapshot()
	s := Stats{
		Inputs:    -1,
		Taken:     e.src.taken(),
		Delivered: int(e.window.delivered.Load()),
		Succeeded: int(e.succeeded.Load()),
		Failed:    int(e.failed.Load()),
		Retrying:  e.todo.count(),
		Retries:   int(e.retried.Load()),
		Reruns:    int(e.reran.Load()),
		TimedOut:  int(e.timedOut.Load()),
		Abandoned: pool.Abandoned,
		Dropped:   int(e.events.Dropped()),
		Pool:      pool,
	}
	if n := e.src.total(); n != math.MaxInt {
		s.Inputs = n
	}
	for _, c := range pool.Containers {
		if c.State == supervisor.Running {
			s.Running++
		}
	}
	return s
}
