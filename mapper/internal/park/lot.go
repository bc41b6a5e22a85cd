package park

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Wakeup is a sleeper's own: it has room for one wake.
type Wakeup chan struct{}

// NewWakeup makes one.
func NewWakeup() Wakeup { return make(Wakeup, 1) }

// Lot is where workers sleep, the last to come the first to be woken. So those that have
// slept longest are the ones that nobody has use for. The zero value is ready for use, and
// its methods are safe for concurrent use.
type Lot struct {
	idle atomic.Int32 // sleepers, to be read without the lock

	help    func()
	helpful atomic.Bool

	mu     sync.Mutex
	parked []sleeper
	closed bool
}

// sleeper is one who sleeps, and the lineage of its container.
type sleeper struct {
	wakeup  Wakeup
	lineage int
}

// Help sets what is asked when there is work and nobody sleeps. It is asked while Helpful
// says so. To be called before anybody sleeps.
func (l *Lot) Help(f func()) { l.help = f }

// Helpful says whether help is of use now.
func (l *Lot) Helpful(yes bool) { l.helpful.Store(yes) }

// IsHelpful reports it.
func (l *Lot) IsHelpful() bool { return l.helpful.Load() }

// Idle is the number of sleepers.
func (l *Lot) Idle() int { return int(l.idle.Load()) }

// Sleep parks until a wake, unless ready or closed.
func (l *Lot) Sleep(w Wakeup, lineage int, ready func() bool) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.parked = append(l.parked, sleeper{w, lineage})
	l.idle.Store(int32(len(l.parked)))
	l.mu.Unlock()
	if ready() && l.remove(w) {
		return
	}
	<-w
}

func (l *Lot) remove(w Wakeup) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.parked) - 1; i >= 0; i-- {
		if l.parked[i].wakeup == w {
			l.take(i)
			return true
		}
	}
	return false
}

// take takes out a sleeper. The caller holds the lock.
func (l *Lot) take(i int) Wakeup {
	w := l.parked[i].wakeup
	l.parked = slices.Delete(l.parked, i, i+1)
	l.idle.Store(int32(len(l.parked)))
	return w
}

// Rouse wakes the owner of w, if it sleeps here.
func (l *Lot) Rouse(w Wakeup) {
	if l.remove(w) {
		w <- struct{}{}
	}
}

// Nudge is Wake where somebody may heed it, at the price of a look.
func (l *Lot) Nudge() {
	if l.idle.Load() > 0 || l.helpful.Load() {
		l.Wake()
	}
}

// Wake wakes one sleeper, or asks for help if there is none. It never blocks.
func (l *Lot) Wake() {
	if !l.WakeOne() && l.helpful.Load() {
		l.help()
	}
}

// WakeOne wakes one sleeper and reports whether there was one.
func (l *Lot) WakeOne() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.parked)
	if n == 0 {
		return false
	}
	l.take(n - 1) <- struct{}{}
	return true
}

// WakeOther is Wake for what is rather not for a container of that lineage.
func (l *Lot) WakeOther(lineage int) {
	if !l.wakeOther(lineage) {
		l.Wake()
	}
}

// WakeElse is Nudge for what nobody of that lineage can do.
func (l *Lot) WakeElse(lineage int) {
	if l.idle.Load() > 0 && l.wakeOther(lineage) {
		return
	}
	if l.helpful.Load() {
		l.help()
	}
}

func (l *Lot) wakeOther(lineage int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.parked) - 1; i >= 0; i-- {
		if l.parked[i].lineage != lineage {
			l.take(i) <- struct{}{}
			return true
		}
	}
	return false
}

// Close wakes all sleepers, and nobody sleeps any more.
func (l *Lot) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, s := range l.parked {
		s.wakeup <- struct{}{}
	}
	l.parked = nil
	l.idle.Store(0)
}
