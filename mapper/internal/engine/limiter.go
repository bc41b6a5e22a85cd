package engine

import (
	"sync"

	"github.com/longshore-go/longshore/policy"
)

// limiter counts the failures of a run that has a limit for them.
type limiter struct {
	policy.FailureLimit // defaults filled in

	mu     sync.Mutex
	failed int
	latest []bool // whether they have failed, of the latest that are settled: a ring, once it is full
	next   int    // the oldest of them
	bad    int    // how many of them have
}

// newLimiter makes one, or none where nothing is limited.
func newLimiter(limit policy.FailureLimit) *limiter {
	if limit == (policy.FailureLimit{}) {
		return nil
	}
	return &limiter{FailureLimit: limit.WithDefaults()}
}

// succeeded counts n inputs that have.
func (l *limiter) succeeded(n int) {
	if l == nil || l.Ratio == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for range min(n, l.Of) { // more would push one another out
		l.settled(false)
	}
}

// fails counts an input that has failed for good. It returns how many have, and whether that is the limit.
func (l *limiter) fails() (failed int, reached bool) {
	if l == nil {
		return 0, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed++
	if l.Ratio > 0 {
		l.settled(true)
		reached = len(l.latest) == l.Of && float64(l.bad) >= l.Ratio*float64(l.Of)
	}
	return l.failed, reached || (l.Count > 0 && l.failed >= l.Count)
}

// settled remembers one of the latest. The caller holds l.mu.
func (l *limiter) settled(failed bool) {
	if len(l.latest) < l.Of {
		l.latest = append(l.latest, failed)
	} else {
		if l.latest[l.next] {
			l.bad--
		}
		l.latest[l.next] = failed
		l.next = (l.next + 1) % l.Of
	}
	if failed {
		l.bad++
	}
}
