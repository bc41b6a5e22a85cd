package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
)

// ready reports that a batch should be executed now. If one is only forming, it has somebody
// woken at the end of its wait.
func (f *former) ready(who backlog.Taker) bool {
	if f.r.backlog.Parted() || f.r.backlog.StruckFor(who) {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.due(who.Probe)
}

// due reports that a batch of several is to be executed, or a probe.
func (f *former) due(probe bool) bool {
	r, wait := f.r, f.r.s.Release().Body.Wait
	n := r.src.Waiting() + r.backlog.Batchable()
	switch {
	case n == 0:
		f.forms = false
		return false
	case probe:
		return true
	case n >= f.size() || r.src.Ended() || wait == 0:
		return true
	case !f.forms:
		f.forms, f.since = true, r.s.Now()
		f.alarm(wait)
		return false
	}
	return r.s.Now() >= f.since+wait
}

// size is that of a full batch. Where fewer inputs may be outstanding, a bigger one can never
// be filled.
func (f *former) size() int {
	most := f.r.Window.Size
	if f.r.Lasting {
		most = f.r.Outstanding
	}
	return min(f.r.s.Release().Body.Size, most)
}

func (f *former) alarm(d time.Duration) {
	switch {
	case f.over:
	case f.timer == nil:
		f.timer = time.AfterFunc(d, f.r.Wake)
	default:
		f.timer.Reset(d)
	}
}

// close ends the timer: the run is over.
func (f *former) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	if f.timer != nil {
		f.timer.Stop()
	}
}
