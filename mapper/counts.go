package mapper

import "math"

// tally is the inputs that are settled.
type tally struct{ succeeded, failed, cancelled int }

func (t tally) sum() int { return t.succeeded + t.failed + t.cancelled }

// most is the greater of each: what is settled does not come back.
func (t tally) most(o tally) tally {
	return tally{max(t.succeeded, o.succeeded), max(t.failed, o.failed), max(t.cancelled, o.cancelled)}
}

// looks is how often the numbers are read anew because they have changed meanwhile.
const looks = 4

func (v *view[In, Out]) Counts() Counts {
	e := v.e
	over := v.over() // first: what is read after it is final
	c := Counts{
		Inputs:  -1,
		Retries: int(e.retried.Load()), Reruns: int(e.reran.Load()),
		TimedOut: int(e.p.timedOut.Load()), Release: e.p.release.Load().number, Dropped: int(e.p.events.Dropped()),
		Waiting: e.backlog(), Window: e.window.size,
	}
	if e.window.size == math.MaxInt {
		c.Window = 0
	}
	if v.f != nil {
		c.Runs = v.f.underWay()
	}
	settled, running := v.settled()
	known := v.known()
	if total := e.src.total(); total != math.MaxInt {
		c.Inputs = total
	}
	rest := max(known-settled.sum(), 0)
	c.Succeeded, c.Failed, c.Cancelled = settled.succeeded, settled.failed, settled.cancelled
	if over {
		c.Cancelled += rest // nobody comes for it any more
		return c
	}
	c.Running = min(running, rest)
	c.Retrying = min(e.todo.count(), rest-c.Running)
	c.Pending = rest - c.Running - c.Retrying
	return c
}

// settled is what is settled, with what has succeeded and is not published yet since others of
// its chunk execute, and how many inputs execute.
func (v *view[In, Out]) settled() (t tally, running int) {
	t = v.tally()
	finished := 0
	for look := 0; look < looks && v.began.Load(); look++ {
		running, finished = v.e.inHand()
		again := v.tally()
		if again == t {
			break // what is in hand was not published meanwhile
		}
		t, finished = again, 0
	}
	t.succeeded += finished
	v.mu.Lock()
	defer v.mu.Unlock()
	v.shown = v.shown.most(t)
	return v.shown, running
}

// tally is what is published.
func (v *view[In, Out]) tally() tally {
	if v.f != nil {
		d := v.f.desk
		return tally{int(d.succeeded.Load()), int(d.failed.Load()), int(d.cancelled.Load())}
	}
	e := v.e
	return tally{int(e.succeeded.Load()), int(e.faults.Load()), int(e.cancelled.Load())}
}

// known is how many inputs there are, as far as that is known.
func (v *view[In, Out]) known() int {
	if v.f != nil {
		return v.f.desk.accepted()
	}
	if total := v.e.src.total(); total != math.MaxInt {
		return total
	}
	return v.e.src.taken()
}

// underWay is the runs that the function serves.
func (f *Function[In, Out]) underWay() (n int) {
	for _, e := range *f.p.runs.Load() {
		if e != f.calls {
			n++
		}
	}
	return n
}

// inHand is how many inputs of the run execute, and how many have succeeded and are not
// published yet.
func (e *engine[In, Out]) inHand() (running, finished int) {
	for h := range e.p.hosts {
		for _, w := range h.slots {
			w.mu.Lock()
			if w.e == e {
				if ch, i, n := w.executes(); ch != nil {
					running += n
					finished += i - ch.from
				}
			}
			w.mu.Unlock()
		}
	}
	return running, finished
}
