package fleet

import "time"

// watch is the watchdog over attempts with a Timeout: one goroutine that looks at all the
// containers. A context with a deadline of its own would cost each attempt a microsecond.
// An attempt that begins after it has looked is due a whole Timeout later, so it need not
// look again before that.
func (p *Pool) watch() {
	defer close(p.watched)
	timer := time.NewTimer(p.Timeout)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-p.ctx.Done():
			return
		case <-p.sup.Load().Done():
			return
		}
		now := p.Now()
		next := now + p.Timeout
		for w := range p.Workers {
			next = min(next, w.Overdue(now))
		}
		timer.Reset(max(next-p.Now(), 1))
	}
}
