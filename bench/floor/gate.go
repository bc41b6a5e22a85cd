package floor

import (
	"runtime"
	"sync/atomic"
)

// A gate lets goroutines wait for a condition: a few yields first, since a
// parked goroutine that has to start on another core takes tens of µs, then
// parked until wake.
type gate struct {
	waiting atomic.Int32
	ch      chan struct{}
}

// newGate makes a gate for at most n waiters; the channel holds a token for
// each, so that wake never blocks.
func newGate(n int) *gate { return &gate{ch: make(chan struct{}, n)} }

func (g *gate) wait(ready func() bool) {
	for range 32 {
		if ready() {
			return
		}
		runtime.Gosched()
	}
	for {
		g.waiting.Add(1)
		if ready() {
			g.waiting.Add(-1)
			return
		}
		<-g.ch
		g.waiting.Add(-1)
	}
}

func (g *gate) wake() {
	if g.waiting.Load() > 0 {
		select {
		case g.ch <- struct{}{}:
		default:
		}
	}
}

// padded keeps a counter on its own cache line.
type padded struct {
	_ [56]byte
	atomic.Int64
	_ [56]byte
}
