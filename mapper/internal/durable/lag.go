package durable

import (
	"sync/atomic"
	"time"
)

// lag is since when something waits to be recorded. Of what comes while the keeper is at work it is
// no more than a bound: nobody reads a clock for each chunk.
type lag struct {
	since atomic.Int64 // as time.Time.UnixNano; 0 for nothing
}

// waits is called once something does.
func (l *lag) waits() {
	if l.since.Load() == 0 {
		l.since.CompareAndSwap(0, time.Now().UnixNano())
	}
}

// recorded is called when all is that had come by then, with how much has come since.
func (l *lag) recorded(by time.Time, rest *atomic.Int64) {
	l.since.Store(0)
	if rest.Load() > 0 { // read last: whoever comes later sees the 0
		l.since.CompareAndSwap(0, by.UnixNano())
	}
}

// age is how long the oldest has waited, 0 where nothing does.
func (l *lag) age() time.Duration {
	since := l.since.Load()
	if since == 0 {
		return 0
	}
	return max(time.Duration(time.Now().UnixNano()-since), 0)
}
