package process

import (
	"context"
	"time"
)

// listen reads frames until enough says so, which it reports, or the connection has ended.
// Nobody listens to a worker that is idle: to take the read lock from somebody who sleeps in a
// read costs as much as the whole round trip.
func (c *container) listen(enough func() bool) bool {
	select {
	case c.readLock <- struct{}{}:
		defer func() { <-c.readLock }()
	case <-c.dead: // own listens
		return false
	}
	for !enough() {
		if !c.receive() {
			return false
		}
	}
	return true
}

// Unheard implements supervisor.Outbox.
func (c *container) Unheard() bool { return c.proc.conn.unread() }

// listenToEnd reads what a dead worker has said to the last, and lets nobody listen any more.
func (c *container) listenToEnd() {
	c.readLock <- struct{}{}
	for c.receive() {
	}
}

// sane reports whether an idle worker has kept silent, as it should. What the function's
// leftovers have done to the connection is found before the next input is blamed for it.
func (c *container) sane() bool {
	spoke := false
	return c.listen(func() bool {
		silent := c.conn.Buffered() == 0 && !c.proc.conn.readable()
		switch { // whoever speaks out of turn may not speak to the end
		case !silent:
			_ = c.proc.conn.SetReadDeadline(time.Now().Add(deathTime))
		case spoke:
			_ = c.proc.conn.SetReadDeadline(time.Time{})
		}
		spoke = !silent
		return silent
	})
}

// whenDone calls f on a goroutine of its own when ctx ends. forget keeps it from that, or
// waits for f to return, or until impatient is closed, and reports true.
func whenDone(ctx context.Context, impatient <-chan struct{}, f func()) (forget func() (called bool)) {
	if ctx.Done() == nil {
		return func() bool { return false }
	}
	returned := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(returned)
		f()
	})
	return func() bool {
		if stop() {
			return false
		}
		select {
		case <-returned:
		case <-impatient:
		}
		return true
	}
}
