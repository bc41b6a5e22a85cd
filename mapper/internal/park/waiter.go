package park

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Waiter is one goroutine that waits for a condition that others make true.
type Waiter struct {
	parked atomic.Bool
	wakeup Wakeup
}

// NewWaiter makes one.
func NewWaiter() Waiter { return Waiter{wakeup: NewWakeup()} }

// Wait returns when ready. Whoever makes it so must call Wake afterwards.
func (w *Waiter) Wait(ready func() bool) {
	for range Spins {
		if ready() {
			return
		}
		runtime.Gosched()
	}
	for !ready() {
		w.Sleep(ready, nil)
	}
}

// Sleep parks until a wake or until timeout, unless ready.
func (w *Waiter) Sleep(ready func() bool, timeout <-chan time.Time) {
	w.parked.Store(true)
	if ready() && w.parked.CompareAndSwap(true, false) {
		return
	}
	select {
	case <-w.wakeup:
	case <-timeout:
		if !w.parked.CompareAndSwap(true, false) {
			<-w.wakeup
		}
	}
}

// Wake wakes the goroutine if it is parked. It never blocks.
func (w *Waiter) Wake() {
	if w.parked.Load() && w.parked.CompareAndSwap(true, false) {
		w.wakeup <- struct{}{}
	}
}
