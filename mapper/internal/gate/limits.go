package gate

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// NewLimits makes them.
func NewLimits(cfg LimitsConfig) *Limits {
	l := &Limits{LimitsConfig: cfg, keys: map[string]*Key{}, asides: map[*Aside]struct{}{}}
	l.dues.init(l.isDue)
	return l
}

// NewAside is for the inputs of one more run, until Drain.
func (l *Limits) NewAside(run uint64) *Aside {
	a := &Aside{l: l, run: run, queues: map[*Key]*queue{}, arrived: map[uint64]*entry{}}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asides[a] = struct{}{}
	return a
}

// verdict is what is said of an input that wants to begin.
type verdict int

const (
	admitted verdict = iota
	byKey            // it waits for its key
	byWeight         // it waits for room
)

// try has an input begin, if it may, first before whatever waits for room. The caller holds the lock.
func (a *Aside) try(e *entry, first bool) (Pass, verdict) {
	l, k := a.l, e.key
	holder := holder{a.run, e.ch.Lo}
	if k != nil && !k.mayBegin(holder) {
		return Pass{}, byKey
	}
	if !l.fits(e.ch.Weight) || !(first || len(a.heavy) == 0 || a.passed < l.Passes) {
		if k != nil && k.limit.InOrder {
			k.holder = holder // nothing of the key passes it
		}
		return Pass{}, byWeight
	}
	pass := Pass{key: k}
	if k != nil {
		now := k.now()
		if !l.hasToken(k, now) {
			return Pass{}, byKey
		}
		pass.Trial = k.begin(holder, now)
	}
	if l.Capacity > 0 {
		pass.weight = e.ch.Weight
		l.used += pass.weight
	}
	return pass, admitted
}

// hasToken reports that the rate of a key lets an input begin. If not, those that wait for the key are looked at when it
// does. The caller holds the lock.
func (l *Limits) hasToken(k *Key, now time.Time) bool {
	due := k.token(now)
	if !due.After(now) {
		return true
	}
	l.dues.push(k, due)
	return false
}

// May reports that an input which waits in the backlog could begin.
func (l *Limits) May(run uint64, t *chunk.Task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.may(run, t)
}

// may is May. The caller holds the lock.
func (l *Limits) may(run uint64, t *chunk.Task) bool {
	if k := l.keys[t.Key]; k != nil && !(k.mayBegin(holder{run, t.Index}) && l.hasToken(k, k.now())) {
		return false
	}
	return l.fits(t.Weight)
}

// fits reports that there is room for so much. The caller holds the lock.
func (l *Limits) fits(weight int64) bool { return l.Capacity == 0 || l.used+weight <= l.Capacity }

// Second reports that a second attempt of an input could begin beside its first. Of inputs in order none does: the first may
// have settled it by then, and nobody would say so of the second.
func (l *Limits) Second(run uint64, t *chunk.Task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.keys[t.Key]
	return !(k != nil && k.limit.InOrder) && l.may(run, t)
}

// Release is the end of an attempt. It reports whether something may have waited for that.
func (l *Limits) Release(p Pass) (awaited bool) {
	if p == (Pass{}) {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if k := p.key; k != nil {
		k.under--
		awaited = l.freed(k)
	}
	if p.weight > 0 {
		l.used -= p.weight
		for a := range l.asides {
			awaited = a.roomier() || awaited
		}
	}
	return awaited
}

// Settled is told that an input is: the next of its key may begin, if they are in order.
func (l *Limits) Settled(run uint64, key string, index int) {
	l.mu.Lock()
	k := l.keys[key]
	if k == nil || k.holder != (holder{run, index}) {
		l.mu.Unlock()
		return
	}
	k.holder = holder{}
	l.freed(k)
	l.mu.Unlock()
	l.Wake()
}

// freed has whoever waits for a key looked at, and reports whether somebody does. The caller holds the lock.
func (l *Limits) freed(k *Key) bool {
	for _, q := range k.waits {
		q.wake()
	}
	return len(k.waits) > 0
}

// isDue is told that the time of keys has come.
func (l *Limits) isDue() {
	l.mu.Lock()
	now := time.Now()
	for k := l.dues.pop(now); k != nil; k = l.dues.pop(now) {
		l.freed(k)
	}
	l.dues.arm()
	l.mu.Unlock()
	l.Wake()
}

// Throttle is that of a key.
func (l *Limits) Throttle(key string) *Throttle {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.key(key, l.Limit)
	if k.throttle == nil {
		opens := func() {
			l.mu.Lock()
			l.freed(k)
			l.mu.Unlock()
			l.Wake()
		}
		k.throttle = &Throttle{ThrottleConfig: ThrottleConfig{
			Delay: l.Delay, Ajar: opens,
			Opened: func() { l.Opened(key); opens() },
			Closed: func(until time.Time, err error) { l.Closed(key, until, err) },
		}}
	}
	return k.throttle
}

// Close ends the timers: nothing is to begin any more.
func (l *Limits) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dues.stop()
	for _, k := range l.keys {
		if k.throttle != nil {
			k.throttle.Close()
		}
	}
}
