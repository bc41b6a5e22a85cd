package guard

import "sync"

// lingering counts the calls that were given up and have not returned, by their owner.
var lingering counts

// mostLingering is how many calls of one owner may linger before it is not called any more.
const mostLingering = 4

type counts struct {
	mu sync.Mutex
	of map[any]int
}

func (c *counts) admits(owner any) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[owner] < mostLingering
}

// add may take away before it was added to: a call can return in the moment in which it is given up.
func (c *counts) add(owner any, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[any]int{}
	}
	if c.of[owner] += n; c.of[owner] == 0 {
		delete(c.of, owner)
	}
}
