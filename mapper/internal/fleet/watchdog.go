package fleet

import "time"

// A watchdog that wakes late has not had a processor: the program was stopped, as by Ctrl-Z, or the machine has too
// much to do. What has ended meanwhile could not be told either, and is to be heard first: so it looks again a moment
// later, until it is in time, or it was late too often.
const (
	tardy      = 20 * time.Millisecond
	secondLook = 100 * time.Millisecond
	mostLooks  = 10
)

// watch is the watchdog over attempts with a Timeout: one goroutine that looks at all the
// containers. A context with a deadline of its own would cost each attempt a microsecond.
// An attempt that begins after it has looked is due a whole Timeout later, so it need not
// look again before that; one that has less left of the time of its input says so.
func (p *Pool) watch() {
	defer close(p.watched)
	due := p.Now() + p.Timeout
	timer := time.NewTimer(p.Timeout)
	defer timer.Stop()
	for late := 0; ; {
		select {
		case <-timer.C:
		case <-p.sooner:
			due = p.Now() // or it would seem to be late
		case <-p.ctx.Done():
			return
		case <-p.sup.Load().Done():
			return
		}
		now := p.Now()
		if now-due > tardy && late < mostLooks {
			late++
			due = now + secondLook
		} else {
			late = 0
			due = p.overdue(now)
		}
		timer.Reset(max(due-p.Now(), 1))
	}
}

// LookSoon has the watchdog look: an attempt has begun that is due earlier than others.
func (p *Pool) LookSoon() {
	select {
	case p.sooner <- struct{}{}:
	default:
	}
}

// overdue ends the attempts whose time is up, and returns when to look again.
func (p *Pool) overdue(now time.Duration) (next time.Duration) {
	next = now + p.Timeout
	for w := range p.Workers {
		next = min(next, w.Overdue(now))
	}
	return max(next, p.Now())
}
