package mapper

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Nobody here is woken once per input. Waking a goroutine on another core costs
// 60 to 90 µs on Linux (the thief sleeps before it may take what another core has
// just readied), so those who wait look again a few times before they sleep, and are
// woken when there is a good deal to do or nothing else going on.

// spins is how often to look again, with a yield in between, before sleeping.
const spins = 16

// lot is where containers without work sleep, the last to come the first to be woken.
// So those that have slept longest are the ones that nobody has use for.
type lot struct {
	idle atomic.Int32 // sleepers, to be read without the lock

	// help is asked when there is work and nobody sleeps, as long as it is of use.
	help    func()
	helpful atomic.Bool

	mu     sync.Mutex
	parked []chan struct{}
	closed bool
}

// sleep parks until a wake, unless ready or closed. The channel is the sleeper's own
// and has room for one wake.
func (l *lot) sleep(bed chan struct{}, ready func() bool) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.parked = append(l.parked, bed)
	l.idle.Store(int32(len(l.parked)))
	l.mu.Unlock()
	if ready() && l.remove(bed) {
		return
	}
	<-bed
}

func (l *lot) remove(bed chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.parked) - 1; i >= 0; i-- {
		if l.parked[i] == bed {
			l.parked = append(l.parked[:i], l.parked[i+1:]...)
			l.idle.Store(int32(len(l.parked)))
			return true
		}
	}
	return false
}

// rouse wakes the owner of bed, if it sleeps here.
func (l *lot) rouse(bed chan struct{}) {
	if l.remove(bed) {
		bed <- struct{}{}
	}
}

// nudge is wake where somebody may heed it, at the price of a look.
func (l *lot) nudge() {
	if l.idle.Load() > 0 || l.helpful.Load() {
		l.wake()
	}
}

// wake wakes one sleeper, or asks for help if there is none. It never blocks.
func (l *lot) wake() {
	if !l.wakeOne() && l.helpful.Load() {
		l.help()
	}
}

func (l *lot) wakeOne() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.parked)
	if n == 0 {
		return false
	}
	l.parked[n-1] <- struct{}{}
	l.parked = l.parked[:n-1]
	l.idle.Store(int32(n - 1))
	return true
}

// close wakes all sleepers, and nobody sleeps any more.
func (l *lot) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, bed := range l.parked {
		bed <- struct{}{}
	}
	l.parked = nil
	l.idle.Store(0)
}

// waiter is one goroutine that waits for a condition that others make true.
type waiter struct {
	parked atomic.Bool
	bed    chan struct{}
}

func newWaiter() waiter { return waiter{bed: make(chan struct{}, 1)} }

// wait returns when ready. Whoever makes it so must call wake afterwards.
func (w *waiter) wait(ready func() bool) {
	for range spins {
		if ready() {
			return
		}
		runtime.Gosched()
	}
	for !ready() {
		w.sleep(ready, nil)
	}
}

// sleep parks until a wake or until timeout, unless ready.
func (w *waiter) sleep(ready func() bool, timeout <-chan time.Time) {
	w.parked.Store(true)
	if ready() && w.parked.CompareAndSwap(true, false) {
		return
	}
	select {
	case <-w.bed:
	case <-timeout:
		if !w.parked.CompareAndSwap(true, false) {
			<-w.bed
		}
	}
}

// wake wakes the goroutine if it is parked. It never blocks.
func (w *waiter) wake() {
	if w.parked.Load() && w.parked.CompareAndSwap(true, false) {
		w.bed <- struct{}{}
	}
}
