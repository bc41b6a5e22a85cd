package mapper

import (
	"cmp"

	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper/internal/gate"
	"github.com/longshore-go/longshore/policy"
)

// KeyLimit is what inputs that have the same key share. The zero value limits nothing.
type KeyLimit struct {
	// Concurrency is how many attempts for one key run at the same time at most. An input that waits for its next
	// attempt does not count. Zero means no limit.
	Concurrency int

	// Rate is how many attempts for one key begin in a second, and Burst how many of them at once. Zero
	// means no limit, and a burst of 1.
	Rate  rate.Limit
	Burst int

	// InOrder has an input begin only when all inputs before it that have its key are settled, their retries
	// included. False means that they begin in any order.
	InOrder bool

	// For is the limit of one key, where they differ: it replaces all of this limit. It is asked once while a key is in
	// use, by a container that has nothing in hand, and must be safe for concurrent use. Nil means the same for
	// all.
	For func(key string) KeyLimit
}

func (l KeyLimit) gate() gate.Limit {
	return gate.Limit{Concurrency: max(l.Concurrency, 0), Rate: max(l.Rate, 0), Burst: cmp.Or(max(l.Burst, 0), 1), InOrder: l.InOrder}
}

func (l KeyLimit) validate() error {
	switch {
	case l.Concurrency < 0:
		return invalid("Concurrency", l.Concurrency, "must not be negative")
	case !(l.Rate >= 0): // not a number
		return invalid("Rate", l.Rate, "must not be negative")
	case l.Burst < 0:
		return invalid("Burst", l.Burst, "must not be negative")
	case l.Burst > 0 && l.Rate == 0:
		return invalid("Burst", l.Burst, "needs a Rate")
	}
	return nil
}

// bearsLimits is bears for the keys and weights of the body.
func (s shape) bearsLimits(o Options) error {
	if s.weighted != (o.Capacity > 0) {
		return invalid("Capacity", o.Capacity, "and a body that is Weighted need each other")
	}
	if s.keyed != nil && s.keyed.InOrder && o.AtMostOnce {
		return invalid("InOrder", true, "does not go with AtMostOnce")
	}
	if s.keyed != nil && s.keyed.InOrder && o.Hedge != (policy.Hedge{}) {
		return invalid("Hedge", o.Hedge, "does not go with inputs that begin in order")
	}
	return nil
}

// inOrder reports that inputs of a key begin in order, which those of some keys may.
func (s shape) inOrder() bool { return s.keyed != nil && (s.keyed.InOrder || s.keyed.For != nil) }

// limits is what the gates of a pool go by.
func (s shape) limits(o Options) *gate.LimitsConfig {
	if s.keyed == nil && !s.weighted {
		return nil
	}
	cfg := &gate.LimitsConfig{Capacity: o.Capacity, Passes: o.Containers}
	if s.keyed != nil {
		cfg.Limit, cfg.ForKey = s.keyed.gate(), s.keyed.For != nil
	}
	return cfg
}
