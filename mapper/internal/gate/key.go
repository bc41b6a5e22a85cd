package gate

import (
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// leastKeys is how many keys there are before it is looked which are in use.
const leastKeys = 4096

// key is the state of a key. The caller holds the lock.
func (l *Limits) key(name string, limit Limit) *Key {
	k := l.keys[name]
	if k == nil {
		if len(l.keys) >= max(l.most, leastKeys) {
			l.sweep(time.Now())
		}
		k = &Key{limit: limit}
		if limit.Rate > 0 {
			k.limiter = rate.NewLimiter(limit.Rate, max(limit.Burst, 1))
		}
		l.keys[name] = k
	}
	return k
}

// sweep forgets the keys of which nothing is to be known. The caller holds the lock.
func (l *Limits) sweep(now time.Time) {
	for name, k := range l.keys {
		if k.idle(now) {
			delete(l.keys, name)
		}
	}
	l.most = 2 * len(l.keys)
}

// idle reports that the key is as if it had never been used.
func (k *Key) idle(now time.Time) bool {
	return k.under == 0 && k.refs == 0 && len(k.waits) == 0 && k.holder == holder{} && !k.waiting &&
		(k.limiter == nil || k.limiter.TokensAt(now) >= float64(k.limiter.Burst())) &&
		(k.throttle == nil || k.throttle.state.Load() == open)
}

// Retain keeps a key in use whose limit is known, until an input of it is admitted or waits. It reports false if it is not
// known.
func (l *Limits) Retain(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.keys[name]
	if k != nil {
		k.refs++
	}
	return k != nil
}

// Learn is Retain for one that is not known.
func (l *Limits) Learn(name string, limit Limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.key(name, limit).refs++
}

// mayBegin reports that nothing but its rate keeps the input from beginning. The caller holds the lock.
func (k *Key) mayBegin(of holder) bool {
	switch {
	case k.throttle != nil && k.throttle.IsShut():
		return false
	case k.limit.InOrder:
		return k.under == 0 && (k.holder == of || k.holder == holder{})
	}
	return k.limit.Concurrency == 0 || k.under < k.limit.Concurrency
}

// forget has nothing of a queue wait for the key any more. No key is one for which nothing waits.
func (k *Key) forget(q *queue) {
	if k != nil {
		k.waits = slices.DeleteFunc(k.waits, func(o *queue) bool { return o == q })
	}
}

// now is the time, where anybody asks for it.
func (k *Key) now() (now time.Time) {
	if k.limiter != nil {
		now = time.Now()
	}
	return now
}

// token is when there is one for whoever begins next: not after now if there is one. (To reserve it would be wrong: whoever it
// is for may have to wait for something else, and then begin right before the next.) The caller holds the lock.
func (k *Key) token(now time.Time) (due time.Time) {
	if k.limiter == nil {
		return now
	}
	missing := 1 - k.limiter.TokensAt(now)
	if missing <= 0 {
		return now
	}
	return now.Add(time.Duration(missing/float64(k.limit.Rate)*float64(time.Second)) + 1)
}

// spend takes the token that there is.
func (k *Key) spend(now time.Time) {
	if k.limiter != nil {
		k.limiter.AllowN(now, 1)
	}
}

// begin counts an attempt. It returns the throttle whose probe it is, if it is one. The caller holds the lock.
func (k *Key) begin(of holder, now time.Time) (trial *Throttle) {
	k.spend(now)
	k.under++
	if k.limit.InOrder {
		k.holder = of
	}
	if k.throttle != nil {
		if probe, _ := k.throttle.Pass(); probe {
			return k.throttle
		}
	}
	return nil
}
