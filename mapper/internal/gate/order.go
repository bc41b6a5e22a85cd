package gate

import "github.com/longshore-go/longshore/mapper/internal/chunk"

// Inputs begin in the order in which they were claimed, as far as they may. Whoever has claimed one asks the user's
// function for its key before it comes here, and others may be faster.

// Claim has an input claimed, and returns its turn.
func (a *Aside) Claim(claim func() *chunk.Chunk) (ch *chunk.Chunk, turn uint64) {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	if ch = claim(); ch != nil {
		turn = a.next
		a.next++
	}
	return ch, turn
}

// Arrive is Admit for an input that was claimed. It waits until all that were claimed before it have arrived. A nil chunk is one
// that does not begin.
func (a *Aside) Arrive(turn uint64, ch *chunk.Chunk, retained bool) (p Pass, ok bool) {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	defer a.count()
	if turn != a.turn {
		a.arrived[turn] = a.early(ch, retained)
		return Pass{}, false
	}
	a.turn++
	if ch != nil {
		p, ok = a.admit(a.entry(ch, retained))
	}
	for e, here := a.arrived[a.turn]; here; e, here = a.arrived[a.turn] {
		delete(a.arrived, a.turn)
		a.turn++
		if e != nil {
			e.hold(-1)
			a.park(*e, byKey)
			a.rest(e.key)
		}
	}
	return p, ok
}

// early is what is kept of an input until it is its turn.
func (a *Aside) early(ch *chunk.Chunk, retained bool) *entry {
	if ch == nil {
		return nil
	}
	e := a.entry(ch, retained)
	e.hold(+1)
	return &e
}
