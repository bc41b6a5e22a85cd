package attempt

import (
	"context"
	"sync"
	"sync/atomic"
)

// link tells contexts of the end of their parent. It is made when somebody first asks, and goes on
// from one to the next: a context of their own below the parent would cost each attempt more,
// and have all containers meet at its lock.
type link struct {
	current atomic.Pointer[Contexts]
	place   int // in its hub, with the hub's lock

	mu       sync.Mutex
	stop     func()
	released bool
}

// join links the contexts to their parent, whose methods may be the user's.
func (c *Contexts) join() {
	l := c.newLink()
	switch hub := c.hub; {
	case l == nil:
	case hub != nil:
		hub.add(l)
		l.keep(func() { hub.remove(l) })
	default:
		stop := context.AfterFunc(c.parent, l.ended)
		l.keep(func() { stop() })
	}
}

// newLink makes the link, unless there is one or it is too late.
func (c *Contexts) newLink() *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.link != nil || c.ended.Load() != nil {
		return nil
	}
	c.link = &link{}
	c.link.current.Store(c)
	return c.link
}

// keep keeps how to let go of the parent.
func (l *link) keep(stop func()) {
	l.mu.Lock()
	released := l.released
	if !released {
		l.stop = stop
	}
	l.mu.Unlock()
	if released {
		stop()
	}
}

// ended is told of the end of the parent.
func (l *link) ended() {
	c := l.current.Load()
	c.endAs(&end{err: c.parent.Err()})
}

// passLink has the link go on with others.
func (c *Contexts) passLink(next *Contexts) *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.link != nil {
		c.link.current.Store(next)
	}
	return c.link
}

// Release lets go of the parent: nothing is executed with them any more.
func (c *Contexts) Release() {
	c.mu.Lock()
	l := c.link
	c.mu.Unlock()
	if l == nil {
		return
	}
	l.mu.Lock()
	stop := l.stop
	l.stop, l.released = nil, true
	l.mu.Unlock()
	if stop != nil {
		stop()
	}
}
