package mapper

import (
	"github.com/longshore-go/longshore/mapper/internal/gate"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// Keyed has inputs with the same key share a limit: pages of a host, jobs of a tenant. The limits hold over all runs
// and calls of a function together. An input whose key is busy is passed over, and waits without a container;
// neither Timeout nor TotalTimeout of an input that has not begun goes by. The empty string is no key.
//
// What waits for its key has a place in Outstanding: where one key has most of the inputs, Outstanding bounds how far others
// are looked for. In an ordered run a slow key keeps back all results after it: consider Unordered. A policy.Throttled error
// holds the key of its input alone.
//
// key is called once for each input, by a container that has nothing in hand. It must be safe for concurrent use, and quick:
// inputs begin in the order in which they were claimed, as far as their limits let them. If it
// panics, its input fails with a *[KeyError], and so where KeyLimit.For does. A body over batches refuses to be keyed, one
// that is Expanding refuses InOrder, and so does AtMostOnce. A redeploy keeps the keys and limits that the function has.
func (b Body[In, Out]) Keyed(key func(In) string, limit KeyLimit) Body[In, Out] {
	b.shape.needs("key", key != nil)
	b.shape.keyed = &limit
	asks := b.asks()
	asks.Key = key
	if limit.For != nil {
		asks.For = func(key string) gate.Limit { return limit.For(key).gate() }
	}
	b.types.asks = &asks
	return b
}

// Weighted has each input weigh something: the memory that it takes, the connections. Inputs under way weigh Options.Capacity
// together at most, of all runs and calls of a function. One that does not fit waits without a container, and at most
// Containers others pass it. One that is heavier than the Capacity fails with a *[WeightError].
//
// weight is called once for each input, by a container that has nothing in hand. It must be safe for concurrent use. Less
// than 1 means 1. If it panics, its input fails with a *[KeyError]. A body over batches refuses to be weighted.
func (b Body[In, Out]) Weighted(weight func(In) int64) Body[In, Out] {
	b.shape.needs("weight", weight != nil)
	b.shape.weighted = true
	asks := b.asks()
	asks.Weight = weight
	b.types.asks = &asks
	return b
}

// asks is a copy of what the body asks so far.
func (b Body[In, Out]) asks() typed.Asks[In, Out] {
	if asks, ok := b.types.asks.(*typed.Asks[In, Out]); ok {
		return *asks
	}
	return typed.Asks[In, Out]{}
}
