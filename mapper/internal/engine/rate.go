package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// gate lets attempts begin at a rate. A worker that finds the gate shut sleeps like one without work: no input is in hand, and
// there is no goroutine for those that wait. One reservation is open, for whoever begins next. (A wait in the limiter
// itself would hold a container, and the time would count for the attempt.)
type gate struct {
	limiter *rate.Limiter
	wake    func()
	shut    atomic.Int64 // until then, in nanoseconds since 1970; 0: it is open

	mu    sync.Mutex
	spare bool              // a token was taken that nobody has begun with
	next  *rate.Reservation // of the next one; nil: there is none
	due   time.Time         // of it
	limit rate.Limit        // when it was made
	timer *time.Timer
}

// glance is how often a gate that is shut looks whether its limiter was changed.
const glance = time.Second

// Limit has attempts begin at the rate of the limiter. To be called before anything is started.
func (s *Scheduler) Limit(limiter *rate.Limiter) {
	if limiter != nil {
		s.gate = &gate{limiter: limiter, wake: s.mayBegin}
	}
}

// mayBegin has somebody look for work where nobody could begin any. An input that was in a crash is not for everybody.
func (s *Scheduler) mayBegin() {
	for _, r := range *s.runs.Load() {
		if r.backlog.Struck() {
			s.stir()
			return
		}
	}
	s.Idle.Wake()
}

// CloseGate gives back what was reserved, when nothing is to begin any more.
func (s *Scheduler) CloseGate() { s.gate.close() }

// passes takes a token for an attempt. Where there is none yet, somebody is woken when there is one.
func (g *gate) passes() bool {
	if g == nil {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if g.take(now) {
		return true
	}
	g.reserve(now)
	g.shutFor(min(max(g.due.Sub(now), 1), glance), now)
	return false
}

// take takes a token that is there. The caller holds g.mu.
func (g *gate) take(now time.Time) bool {
	if g.next != nil && !g.due.After(now) {
		g.next, g.spare = nil, true
	}
	spare := g.spare
	g.spare = false
	if spare && g.limiter.TokensAt(now) < float64(g.limiter.Burst()) {
		return true // else nobody has had use for it for so long that it would be one more than the burst
	}
	return g.next == nil && g.limiter.AllowN(now, 1)
}

// reserve has the next token reserved, at the rate that there is now. The caller holds g.mu.
func (g *gate) reserve(now time.Time) {
	if g.next != nil && g.limiter.Limit() != g.limit {
		g.next.CancelAt(now)
		g.next = nil
	}
	if g.next == nil {
		g.limit = g.limiter.Limit()
		g.next = g.limiter.ReserveN(now, 1)
		g.due = now.Add(g.next.DelayFrom(now))
	}
	if !g.next.OK() {
		g.next, g.due = nil, now.Add(glance) // its burst is 0 for now
	}
}

// shutFor has nobody look before the time is over. The caller holds g.mu.
func (g *gate) shutFor(wait time.Duration, now time.Time) {
	g.shut.Store(now.Add(wait).UnixNano())
	if g.timer == nil {
		g.timer = time.AfterFunc(wait, g.opens)
	} else {
		g.timer.Reset(wait)
	}
}

// opens is the timer's.
func (g *gate) opens() {
	g.shut.Store(0)
	g.wake()
}

// back takes back a token that nobody has begun with.
func (g *gate) back() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.spare = true
}

// isShut reports that nothing may begin for now.
func (g *gate) isShut() bool { return g != nil && g.shut.Load() > time.Now().UnixNano() }

// close gives back what was reserved, at the end of all runs. All who join call it: what was given back is not to be
// given back again, which would be a token more.
func (g *gate) close() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next != nil {
		g.next.Cancel()
		g.next = nil
	}
	if g.timer != nil {
		g.timer.Stop()
	}
}
