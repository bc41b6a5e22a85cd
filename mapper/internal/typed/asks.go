package typed

import (
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/gate"
)

// Asks is what the gates of a body ask its user's functions, each nil where it is not asked.
type Asks[In, Out any] struct {
	Key    func(In) string
	Weight func(In) int64
	For    func(key string) gate.Limit
}

// Ask implements [engine.Asks]. An input weighs 1 at least.
func (a *Asks[In, Out]) Ask(ch *chunk.Chunk) {
	in := Of[In, Out](ch).In[0]
	key, weight := "", int64(1)
	if a.Key != nil {
		key = a.Key(in)
	}
	if a.Weight != nil {
		weight = max(a.Weight(in), 1)
	}
	ch.Key, ch.Weight = key, weight
}

// Limit implements [engine.Asks].
func (a *Asks[In, Out]) Limit(key string) gate.Limit { return a.For(key) }
