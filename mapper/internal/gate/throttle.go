package gate

import (
	"sync"
	"sync/atomic"
	"time"
)

// Throttle lets nothing begin while the other side has asked everybody to wait. After that one attempt begins, the probe:
// the others follow when it has ended and not been refused.
type Throttle struct {
	ThrottleConfig
	state atomic.Int32

	mu       sync.Mutex
	until    time.Time // shut until then
	refusals int       // of a first and its probes, in a row
	timer    *time.Timer
}

// ThrottleConfig is what a throttle has to know.
type ThrottleConfig struct {
	Delay  func(refusals int) time.Duration // where the other side names no time
	Ajar   func()                           // one attempt may begin
	Opened func()                           // all may
	Closed func(until time.Time, err error) // none may, since err
}

// The states of a throttle. Only where it is open is nothing held.
const (
	open    int32 = iota
	shut          // for a time
	ajar          // a probe may begin
	probing       // it has
)

// IsShut reports that nothing may begin for now.
func (t *Throttle) IsShut() bool {
	s := t.state.Load()
	return s == shut || s == probing
}

// IsOpen reports that nothing is held.
func (t *Throttle) IsOpen() bool { return t.state.Load() == open }

// Pass reports whether an attempt may begin, and whether it is the probe.
func (t *Throttle) Pass() (probe, ok bool) {
	if t.state.Load() == open {
		return false, true
	}
	ok = t.state.CompareAndSwap(ajar, probing)
	return ok, ok
}

// Back is the end of a probe that has not begun, or says nothing.
func (t *Throttle) Back() {
	if t.state.CompareAndSwap(probing, ajar) {
		t.Ajar()
	}
}

// Refused takes in that an attempt was, with err: nothing begins for d, or the delay of so many refusals where that is 0.
// It returns when something will.
func (t *Throttle) Refused(d time.Duration, probe bool, err error) (until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.state.Load()
	if was == open || probe {
		t.refusals++
	}
	if d == 0 {
		d = t.Delay(t.refusals)
	}
	if later := time.Now().Add(d); later.After(t.until) {
		t.until = later
	}
	if was == probing && !probe {
		return t.until // what comes of the probe is newer
	}
	t.state.Store(shut)
	if t.timer == nil {
		t.timer = time.AfterFunc(time.Until(t.until), t.due)
	} else {
		t.timer.Reset(time.Until(t.until))
	}
	if was == open || probe {
		t.Closed(t.until, err)
	}
	return t.until
}

// due is the timer's.
func (t *Throttle) due() {
	if t.state.CompareAndSwap(shut, ajar) {
		t.Ajar()
	}
}

// Passed is the end of a probe that was not refused.
func (t *Throttle) Passed() {
	t.mu.Lock()
	if !t.state.CompareAndSwap(probing, open) {
		t.mu.Unlock()
		return
	}
	t.refusals = 0
	t.mu.Unlock()
	t.Opened()
}

// Close ends its timer: nothing is to begin any more.
func (t *Throttle) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
}
