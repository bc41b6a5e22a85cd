package gate

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Rate lets attempts begin at a rate. A worker that finds it shut sleeps like one without work: no input is in hand, and
// there is no goroutine for those that wait. One reservation is open, for whoever begins next. (A wait in the limiter
// itself would hold a container, and the time would count for the attempt.)
type Rate struct {
	limiter *rate.Limiter
	wake    func()
	shut    atomic.Int64 // until then, in nanoseconds since 1970; 0: it is open

	mu    sync.Mutex
	spare int               // tokens that were taken and nobody has begun with
	next  *rate.Reservation // of the next one; nil: there is none
	due   time.Time         // of it
	limit rate.Limit        // when it was made
	timer *time.Timer
}

// glance is how often a rate that is shut looks whether its limiter was changed.
const glance = time.Second

// NewRate is one by the limiter. A nil Rate is none. wake has somebody look for work where nobody could begin any.
func NewRate(limiter *rate.Limiter, wake func()) *Rate {
	return &Rate{limiter: limiter, wake: wake}
}

// Pass takes a token for an attempt. Where there is none yet, somebody is woken when there is one.
func (r *Rate) Pass() bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.take(now) {
		return true
	}
	r.reserve(now)
	r.shutFor(min(max(r.due.Sub(now), 1), glance), now)
	return false
}

// take takes a token that is there. The caller holds r.mu.
func (r *Rate) take(now time.Time) bool {
	if r.next != nil && !r.due.After(now) {
		r.next = nil
		r.spare++
	}
	if r.spare > 0 {
		// What nobody has had use for for so long would be more than the burst.
		r.spare = max(min(r.spare, r.limiter.Burst()-int(r.limiter.TokensAt(now))), 0)
	}
	if r.spare > 0 {
		r.spare--
		return true
	}
	return r.next == nil && r.limiter.AllowN(now, 1)
}

// reserve has the next token reserved, at the rate that there is now. The caller holds r.mu.
func (r *Rate) reserve(now time.Time) {
	if r.next != nil && r.limiter.Limit() != r.limit {
		r.next.CancelAt(now)
		r.next = nil
	}
	if r.next == nil {
		r.limit = r.limiter.Limit()
		r.next = r.limiter.ReserveN(now, 1)
		r.due = now.Add(r.next.DelayFrom(now))
	}
	if !r.next.OK() {
		r.next, r.due = nil, now.Add(glance) // its burst is 0 for now
	}
}

// shutFor has nobody look before the time is over. The caller holds r.mu.
func (r *Rate) shutFor(wait time.Duration, now time.Time) {
	r.shut.Store(now.Add(wait).UnixNano())
	if r.timer == nil {
		r.timer = time.AfterFunc(wait, r.opens)
	} else {
		r.timer.Reset(wait)
	}
}

// opens is the timer's.
func (r *Rate) opens() {
	r.shut.Store(0)
	r.wake()
}

// Back takes back a token that nobody has begun with. Whoever has found none meanwhile may have this one.
func (r *Rate) Back() {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.spare++
	wasShut := r.shut.Swap(0) > 0
	r.mu.Unlock()
	if wasShut {
		r.wake()
	}
}

// PassNow takes a token that is there, for what is not to wait for one: nor does it take the one that other work waits for.
func (r *Rate) PassNow(othersWait bool) bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return (r.next == nil || !othersWait) && r.take(time.Now())
}

// IsFree reports that a token is there, where no other work waits for one.
func (r *Rate) IsFree() bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next != nil {
		return !r.due.After(time.Now())
	}
	return r.spare > 0 || r.limiter.Tokens() >= 1
}

// IsShut reports that nothing may begin for now.
func (r *Rate) IsShut() bool {
	if r == nil {
		return false
	}
	until := r.shut.Load()
	return until > 0 && until > time.Now().UnixNano() // the time is asked for at each input: seldom is better
}

// Close gives back what was reserved, at the end of all runs. All who join call it: what was given back is not to be
// given back again, which would be a token more.
func (r *Rate) Close() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next != nil {
		r.next.Cancel()
		r.next = nil
	}
	if r.timer != nil {
		r.timer.Stop()
	}
}
