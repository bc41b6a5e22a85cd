package mapper

import (
	"math"

	"github.com/longshore-go/longshore/mapper/internal/engine"
)

// looks is how often the numbers are read anew because they have changed meanwhile.
const looks = 4

func (v *view) Counts() Counts {
	e := v.e
	over := v.over() // first: what is read after it is final
	c := Counts{
		Inputs:  -1,
		Retries: e.Retried(), Reruns: e.Reran(), Throttled: e.Refused(),
		TimedOut: int(v.s.TimedOut.Load()), Release: v.s.Release().Number, Dropped: int(v.s.Events().Dropped()),
		Waiting: e.Undelivered(), Window: e.Window.Size,
	}
	c.Hedges, _ = e.Hedges()
	c.Journaled = journaledOf(e)
	if e.Window.Size == unlimited {
		c.Window = 0
	}
	if v.f != nil {
		c.Runs, c.Refused = underWay(v.s, e), int(v.f.queue.full.Load())
	}
	settled, running := v.settled()
	known := v.known()
	if total := e.Source().Total(); total != math.MaxInt {
		c.Inputs = total
	}
	rest := max(known-settled.sum(), 0)
	c.Succeeded, c.Failed, c.Cancelled = settled.succeeded, settled.failed, settled.cancelled
	if over {
		c.Cancelled += rest // nobody comes for it any more
		return c
	}
	c.Held = heldOf(e)
	c.Readable, c.Paused = e.Readable(), e.Paused()
	c.Running = min(running, rest)
	c.Retrying = min(e.Retrying(), rest-c.Running)
	c.Pending = rest - c.Running - c.Retrying
	return c
}

// settled is what is settled, with what has succeeded and is not published yet since others of
// its chunk execute, and how many inputs execute.
func (v *view) settled() (t tally, running int) {
	t = v.tally()
	finished := 0
	for look := 0; look < looks && v.began.Load(); look++ {
		running, finished = v.e.InHand()
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
func (v *view) tally() tally {
	if v.f != nil {
		return v.f.queue.tally()
	}
	return countsOf(v.e)
}

// known is how many inputs there are, as far as that is known.
func (v *view) known() int {
	if v.f != nil {
		return v.f.queue.accepted()
	}
	src := v.e.Source()
	if total := src.Total(); total != math.MaxInt {
		return total
	}
	return src.Taken()
}

// underWay is how many runs the function serves beside that of its calls.
func underWay(s *engine.Scheduler, calls *engine.Run) (n int) {
	for _, e := range s.Runs() {
		if e != calls {
			n++
		}
	}
	return n
}
