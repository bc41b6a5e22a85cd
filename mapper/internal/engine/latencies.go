package engine

import (
	"slices"
	"time"
)

// latencies is how long the latest attempts took. The zero value is ready for use; it is not safe for concurrent use.
type latencies struct {
	ring   []time.Duration
	at     int
	stale  int // added since sorted was made
	sorted []time.Duration
}

const (
	keptLatencies  = 1000
	leastLatencies = 100 // with fewer, a quantile says nothing
)

func (l *latencies) add(took time.Duration) {
	if len(l.ring) < keptLatencies {
		l.ring = append(l.ring, took)
	} else {
		l.ring[l.at] = took
		l.at = (l.at + 1) % keptLatencies
	}
	l.stale++
}

// quantile is that of the latest, 0 while there are too few. It is sorted anew after some 50 more.
func (l *latencies) quantile(q float64) time.Duration {
	if len(l.ring) < leastLatencies || q <= 0 {
		return 0
	}
	if l.sorted == nil || l.stale >= leastLatencies/2 {
		l.sorted = append(l.sorted[:0], l.ring...)
		slices.Sort(l.sorted)
		l.stale = 0
	}
	return l.sorted[min(int(q*float64(len(l.sorted))), len(l.sorted)-1)]
}
