package fleet

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// age begins the container's time.
func (c *Container) age() {
	if c.p.Recycle.Age > 0 {
		c.expiry = time.AfterFunc(c.p.Recycle.age(), c.Retire)
	}
}

func (c *Container) stopExpiry() {
	if c.expiry != nil {
		c.expiry.Stop()
	}
}

// Permit reserves inputs that a worker may take: want at most, as many as there can be where
// nothing limits them, and none when the container is due.
func (c *Container) Permit(want, most int) int {
	if c.p.Recycle.Inputs == 0 {
		return most
	}
	for {
		left := c.left.Load()
		n := min(left, int64(max(want, 1)))
		if n <= 0 {
			return 0
		}
		if c.left.CompareAndSwap(left, left-n) {
			return int(n)
		}
	}
}

// Unused gives back what was reserved and not taken.
func (c *Container) Unused(n int) {
	if c.p.Recycle.Inputs > 0 && n > 0 {
		c.left.Add(int64(n))
	}
}

// RetireIfDue has a container end that has taken all that it may.
func (c *Container) RetireIfDue() {
	if c.p.Recycle.Inputs > 0 && c.left.Load() <= 0 {
		c.Retire()
	}
}

// Weigh has a container end that uses too much memory, now that it has executed something.
func (c *Container) Weigh() {
	if most := c.p.Recycle.Memory; most > 0 {
		if used, _ := c.Memory(); used > most {
			c.Retire()
		}
	}
}

// Memory is what the container uses and may use, in bytes, 0 if nobody knows.
func (c *Container) Memory() (used, limit int64) {
	if !c.serving() { // before: until then the instance is being made
		return 0, 0
	}
	if gauge, ok := c.instance.Remote.(supervisor.Gauge); ok {
		return gauge.Memory()
	}
	return 0, 0
}
