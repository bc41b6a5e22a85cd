package rules

import (
	"math"
	"time"
)

// bucket limits how fast a function creates containers: a token each, size of them to begin with, refilled at a
// rate. It binds only where a whole pool collapses again and again (149 starts instead of 204 in 5 min of it), and
// never where containers crash now and then.
type bucket struct {
	size, rate, tokens float64 // rate in tokens per second
	at                 time.Time
}

func newBucket(containers int) bucket {
	n := float64(max(containers, 1))
	return bucket{size: n, rate: max(1, n/10), tokens: n}
}

// take spends a token, there or not: a start that has happened is charged. What is owed is bounded, so that a caller
// who never asks cannot lock itself out for ever.
func (b *bucket) take(now time.Time) {
	b.refill(now)
	b.tokens = max(b.tokens-1, -b.size)
}

// wait is how long until there is a token; 0 if there is one.
func (b *bucket) wait(now time.Time) time.Duration {
	b.refill(now)
	const dust = 1e-6 // what adding up fractions loses
	if b.tokens > 1-dust {
		return 0
	}
	return time.Duration(math.Ceil((1 - b.tokens) / b.rate * float64(time.Second)))
}

func (b *bucket) refill(now time.Time) {
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens = min(b.tokens+passed.Seconds()*b.rate, b.size)
		b.at = now
	}
}

// grow makes it the bucket of more containers: those that are new bring a token each.
func (b *bucket) grow(containers int, now time.Time) {
	wider := newBucket(containers)
	if wider.size <= b.size {
		return
	}
	b.refill(now)
	b.tokens += wider.size - b.size
	b.size, b.rate = wider.size, wider.rate
}

// refund gives a token back.
func (b *bucket) refund(now time.Time) {
	b.refill(now)
	b.tokens = min(b.tokens+1, b.size)
}

func (b *bucket) fill() { b.tokens = b.size }

// lift removes the limit.
func (b *bucket) lift() { b.size, b.tokens = math.Inf(1), math.Inf(1) }
