package fleet

import (
	"slices"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Wanted is how many containers there should be for work that takes so many.
func (s Scale) Wanted(busy, needed int) int { return s.wanted(busy, needed) }

// DrawInputs and DrawAge draw the limits of one container.
func (r Recycle) DrawInputs() int64      { return r.inputs() }
func (r Recycle) DrawAge() time.Duration { return r.age() }

// Census is one of containers that are known by their numbers.
type Census struct {
	census
	all []*Container
}

// NewCensus counts containers that have been idle since then, busy ones, and some that have not
// started, in this order.
func NewCensus(idle []time.Duration, busy, starting int) *Census {
	n := &Census{census: census{present: len(idle) + busy + starting, busy: busy}}
	for i := range len(idle) + busy {
		c := &Container{}
		n.all = append(n.all, c)
		n.able = append(n.able, c)
		if i < len(idle) {
			c.idleSince.Store(int64(idle[i]))
			n.idle = append(n.idle, c)
		}
	}
	return n
}

// Unused is how many have been idle for the window, and when to look again.
func (n *Census) Unused(now, window time.Duration) (int, time.Duration) { return n.unused(now, window) }

// Surplus returns the numbers of those that are not wanted.
func (n *Census) Surplus(want, most int) (numbers []int) {
	for _, c := range n.surplus(want, most) {
		numbers = append(numbers, slices.Index(n.all, c))
	}
	return numbers
}

// Full has no container count on another one that could be started.
func (p *Pool) Full() { p.grownUp() }

// Container is the one that the supervisor asks about.
func (p *Pool) Container(c *supervisor.Container) *Container { return p.container(c) }
