package gate

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Adaptive limits the attempts under way to what the other side bears. Neither of its signals is enough alone: latency does
// not tell of refusals, and refusals come only when it is too late.
//
// The rule for latencies is gradient2 of Netflix's concurrency-limits: the limit follows the ratio of the long-term
// latency to that of the last window, and grows by its square root where they are alike.
type Adaptive struct {
	AdaptiveConfig
	limit  atomic.Uint64 // float64
	flying atomic.Int64

	mu     sync.Mutex
	begun  time.Time // of the window
	n      int       // latencies in it
	sum    time.Duration
	peak   int64         // attempts under way in it, at most
	short  time.Duration // latency of the last window
	long   float64       // in the long run, in nanoseconds; 0: not known
	cutAt  time.Time
	toldAt time.Time
	told   int
}

// AdaptiveConfig is what it has to know.
type AdaptiveConfig struct {
	Min, Initial, Max int
	Window            time.Duration
	Wake              func()          // more may begin
	Changed           func(limit int) // at most once a second
}

const (
	leastLatencies = 10   // in a window
	tolerance      = 1.5  // how much longer a window may be than the long run
	smoothing      = 0.2  // of changes
	longRun        = 0.02 // part of a window in the long run
	cut            = 0.9  // of the limit after a refusal
)

// NewAdaptive makes one.
func NewAdaptive(cfg AdaptiveConfig) *Adaptive {
	a := &Adaptive{AdaptiveConfig: cfg, begun: time.Now()}
	a.Min = min(a.Min, a.Max)
	a.set(float64(a.Initial))
	a.told = a.Limit()
	return a
}

// Limit is how many attempts may be under way.
func (a *Adaptive) Limit() int { return int(a.exact()) }

func (a *Adaptive) exact() float64 { return math.Float64frombits(a.limit.Load()) }

func (a *Adaptive) set(limit float64) {
	limit = min(max(limit, float64(a.Min)), float64(a.Max))
	a.limit.Store(math.Float64bits(limit))
}

// IsFull reports that nothing more may begin now. None is never full.
func (a *Adaptive) IsFull() bool { return a != nil && int(a.flying.Load()) >= a.Limit() }

// Take counts an attempt as under way, unless there are enough.
func (a *Adaptive) Take() bool {
	for {
		n := a.flying.Load()
		if int(n) >= a.Limit() {
			return false
		}
		if a.flying.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Done is the end of one that was counted.
func (a *Adaptive) Done() {
	if n := a.flying.Add(-1); int(n) < a.Limit() {
		a.Wake()
	}
}

// Took takes in how long an attempt took that has succeeded.
func (a *Adaptive) Took(latency time.Duration) {
	a.mu.Lock()
	a.n++
	a.sum += latency
	a.peak = max(a.peak, a.flying.Load())
	now := time.Now()
	if a.n < leastLatencies || now.Sub(a.begun) < a.Window {
		a.mu.Unlock()
		return
	}
	before := a.Limit()
	a.windowEnds()
	a.begun, a.n, a.sum, a.peak = now, 0, 0, 0
	a.tell(now)
	more := a.Limit() > before
	a.mu.Unlock()
	if more {
		a.Wake()
	}
}

// windowEnds sets the limit by the latencies of a window. The caller holds the lock.
func (a *Adaptive) windowEnds() {
	a.short = a.sum / time.Duration(a.n)
	short := max(float64(a.short), 1)
	if a.long == 0 {
		a.long = short
	}
	a.long += (short - a.long) * longRun
	if a.long > 2*short { // it has become faster: what was before does not count for long
		a.long = (a.long + short) / 2
	}
	limit := a.exact()
	if float64(a.peak) < limit/2 {
		return // nobody has asked for as many
	}
	gradient := min(max(tolerance*a.long/short, 0.5), 1)
	a.set(limit + smoothing*(limit*gradient+math.Sqrt(limit)-limit))
}

// Refused takes in that an attempt was refused, or has timed out. All that were under way then count as one.
func (a *Adaptive) Refused() {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if !a.cutAt.IsZero() && now.Sub(a.cutAt) < a.short {
		return
	}
	a.cutAt = now
	a.set(a.exact() * cut)
	a.tell(now)
}

// tell tells of a change, if the last one was long ago. The caller holds the lock.
func (a *Adaptive) tell(now time.Time) {
	if limit := a.Limit(); limit != a.told && now.Sub(a.toldAt) >= time.Second {
		a.told, a.toldAt = limit, now
		a.Changed(limit)
	}
}
