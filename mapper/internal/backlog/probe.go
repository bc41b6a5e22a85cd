package backlog

import (
	"math/rand/v2"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// probe draws one fresh input from all that are in reach. A source may have its own mind
// about those that it still has: of calls, the newest is taken. The caller holds the lock,
// and fresh inputs are in reach; others may claim the last of them meanwhile.
//
// In an ordered stream it is the lowest. There an input holds its container until the reader has
// come to it: one from farther on would wait for ever for those before it, which nobody executes.
func (b *Backlog) probe() *chunk.Chunk {
	given, source := int(b.fresh.Load()), b.Source()
	k := 0
	if !b.Lowest {
		k = rand.IntN(max(given+source.Waiting(), 1))
	}
	if len(b.returned.list) >= mostStretches && k < given { // bounded: the first of any of them
		k = b.returned.before(rand.IntN(len(b.returned.list)))
	}
	if k >= given {
		if ch := b.probeSource(k - given); ch != nil || given == 0 {
			return ch
		}
		k = rand.IntN(given)
	}
	b.fresh.Add(-1)
	return b.returned.take(k)
}

// probeSource claims the k-th of the inputs that wait in the source. Those before it are given back.
func (b *Backlog) probeSource(k int) *chunk.Chunk {
	if len(b.returned.list) >= mostStretches {
		k = 0
	}
	skipped, ch := b.Free.Get(), b.Free.Get()
	ok := b.Source().ClaimAt(skipped, ch, k)
	if skipped.N > 0 {
		b.fresh.Add(int64(skipped.N))
		b.returned.add(skipped)
	} else {
		b.Free.Put(skipped)
	}
	if !ok {
		b.Free.Put(ch)
		return nil
	}
	return ch
}
