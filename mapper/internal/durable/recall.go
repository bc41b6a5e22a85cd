package durable

import "github.com/longshore-go/longshore/mapper/internal/chunk"

// restoreNext recalls a chunk, and reports whether there was one.
func (k *Keeper) restoreNext() bool {
	k.mu.Lock()
	if len(k.restores) == 0 {
		k.restores = nil
		k.mu.Unlock()
		return false
	}
	ch := k.restores[0]
	k.restores[0] = nil
	k.restores = k.restores[1:]
	k.mu.Unlock()
	k.recall(ch)
	return true
}

// recall has a chunk of known inputs go where it would go if they had just been finished.
func (k *Keeper) recall(ch *chunk.Chunk) {
	k.before -= ch.N
	for ch != nil {
		if k.broken || k.run.Leaves() {
			k.run.Lost(ch)
			return
		}
		ch.Grow()
		n, first, err := k.log.Recall(ch.Lo, ch.N, ch.Payload.Values())
		if err != nil {
			k.fail(err)
			continue
		}
		var rest *chunk.Chunk
		if one := max(n, 1); one < ch.N {
			rest = k.run.Cut(ch, one)
		}
		if n > 0 {
			ch.Silent = k.log.Silent()
			k.run.Restored(ch)
		} else {
			k.settle(ch, first)
		}
		ch = rest
	}
}

// settle has the one input of a chunk take up its fate.
func (k *Keeper) settle(ch *chunk.Chunk, f Fate) {
	switch {
	case f.Again:
		k.known.set(ch.Lo, false)
		k.run.Again(ch)
	case f.Err != nil:
		k.run.Failed(ch, f.Attempts, f.Err)
	default:
		ch.Task = ch.Untried(0)
		ch.Task.Attempts = f.Attempts
		ch.Silent = k.log.Silent()
		k.run.Restored(ch)
	}
}
