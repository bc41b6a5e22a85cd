package process

import "sync/atomic"

// cautious is how many inputs go alone after one has spoilt a connection that shared a frame with others: it comes again
// soon, to whichever container is free.
const cautious = 4096

// caution is for a function some input of which spoils the connection of its worker, and cannot be told from those that
// share its frame. Nobody is blamed for that; and the next inputs go alone, so that everybody knows the next
// time. It is for a while, since it costs a round trip for each input.
type caution struct{ left atomic.Int64 }

func (c *caution) raise() { c.left.Store(cautious) }

// limit is how many of n inputs may share a frame.
func (c *caution) limit(n int) int {
	if c.left.Load() > 0 && c.left.Add(-1) >= 0 {
		return 1
	}
	return n
}
