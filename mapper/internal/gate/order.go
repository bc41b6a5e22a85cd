package gate

import "github.com/longshore-go/longshore/mapper/internal/chunk"

// Inputs of a key that begin in order do so in the order in which they were claimed. Whoever has claimed one asks the
// user's function for its key before it comes here, and others may be faster.

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

// Arrive has an input wait that was claimed, until all that were claimed before it have arrived, and until its key is
// free. A nil chunk is one that does not begin.
func (a *Aside) Arrive(turn uint64, ch *chunk.Chunk, retained bool) {
	a.l.mu.Lock()
	a.arrived[turn] = nil
	if ch != nil {
		e := a.entry(ch, retained)
		e.hold(+1)
		a.arrived[turn] = &e
	}
	for e, ok := a.arrived[a.turn]; ok; e, ok = a.arrived[a.turn] {
		delete(a.arrived, a.turn)
		a.turn++
		if e != nil {
			e.hold(-1)
			a.park(*e, byKey)
			a.rest(e.key)
		}
	}
	a.count()
	a.l.mu.Unlock()
}
