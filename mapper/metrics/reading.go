package metrics

import (
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// reading is a view at one moment.
type reading struct {
	mapper.About
	mapper.Counts
	pool    supervisor.Snapshot
	ended   bool
	outcome supervisor.Outcome // at the end
}

// read pulls a view. Whether it has ended is asked first: then the rest is final.
func read(v mapper.View) *reading {
	r := &reading{About: v.About(), outcome: mapper.OutcomeOf(v)}
	r.ended = r.outcome != ""
	r.Counts = v.Counts()
	if r.owns() {
		r.pool = v.Pool()
	} else { // the numbers of the pool are counted with its function
		r.TimedOut, r.Dropped = 0, 0
	}
	return r
}

// owns reports that the containers are its own, and not those of a function.
func (r *reading) owns() bool { return r.Parent == 0 }

// taken is all the inputs there are; what an iterator has not given yet is not.
func (r *reading) taken() int {
	return max(r.Inputs, r.Pending+r.Running+r.Retrying+r.Succeeded+r.Failed+r.Cancelled)
}

// withdrawn is the inputs cancelled for good. While a run is ending, what it has left counts
// as cancelled and may still succeed within Grace: a counter must not say so yet.
func (r *reading) withdrawn() int {
	if r.ended || r.Function {
		return r.Cancelled
	}
	return 0
}

// containers is how many are in a state.
func (r *reading) containers(s supervisor.State) int {
	if s == supervisor.Abandoned {
		return r.pool.Lingering
	}
	n := 0
	for _, c := range r.pool.Containers {
		if c.State == s {
			n++
		}
	}
	return n
}

// nextStart is how many seconds the first start is away that is waited for, 0 without one.
// The pool's own NextStart is of its gate, which a container's backoff may outlast.
func (r *reading) nextStart() float64 {
	var first time.Time
	for _, c := range r.pool.Containers {
		if at := c.NextStart; !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if first.IsZero() {
		return 0
	}
	return max(time.Until(first).Seconds(), 0)
}
