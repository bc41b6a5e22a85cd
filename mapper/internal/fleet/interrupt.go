package fleet

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// ErrInterrupted is the cause with which an attempt's context ends when its container is
// preempted, given up, or has crashed under another attempt.
var ErrInterrupted = supervisor.Sentinel("mapper: attempt interrupted")

// interruptedBy is the cause where the container has crashed for what another attempt did, or went with its machine.
type interruptedBy struct{ crash *supervisor.CrashError }

func (e *interruptedBy) Error() string { return ErrInterrupted.Error() + ": " + e.crash.Error() }

func (e *interruptedBy) Unwrap() []error { return []error{ErrInterrupted, e.crash} }

// InterruptedBy is [ErrInterrupted] with the crash that has interrupted, if it was one.
func InterruptedBy(crash *supervisor.CrashError) error {
	if crash == nil {
		return ErrInterrupted
	}
	return &interruptedBy{crash}
}

// Retire has the container end after what it executes. It never blocks.
func (c *Container) Retire() {
	c.Container.Retire() // before the container can know, and end: then it would not be replaced
	c.halt()
}

// halt has the workers take nothing more.
func (c *Container) halt() {
	if c.Halt() {
		for _, w := range c.workers {
			w.Shed()
		}
	}
}

// interrupt has the container end at once: what it executes is cancelled with the cause,
// and what does not become a value of it is executed elsewhere.
func (c *Container) interrupt(cause error) {
	c.Retire()
	c.cancel(cause)
}

// cancel has the workers take nothing more and cancels what they execute.
func (c *Container) cancel(cause error) {
	c.halt()
	for _, w := range c.workers {
		w.Interrupt(cause)
	}
}

// GiveUp takes whatever the container has in hand away from it, since it is lost, and has it
// replaced. Whoever knows what is to become of an attempt settles that first.
func (c *Container) GiveUp() {
	if c.instance.Remote != nil {
		c.interrupt(ErrInterrupted)
		c.Kill(ErrInterrupted)
		if c.unask() {
			c.Disown()
			c.Abandon()
		}
		return
	}
	c.Disown()
	c.interrupt(ErrInterrupted)
	c.reclaim()
	c.Abandon()
}

// reclaim has what the workers have in hand executed elsewhere, and reports whether that was
// anything.
func (c *Container) reclaim() bool {
	any := false
	for _, w := range c.workers {
		any = w.Reclaim() || any
	}
	return any
}

// unask takes away from the workers of a container that is somewhere else what they ask about here, and reports whether that
// was anything: to kill the container does not bring them back.
func (c *Container) unask() bool {
	any := false
	for _, w := range c.workers {
		any = w.Unask() || any
	}
	return any
}

// Kill ends the container of a runtime at once, and lets it be replaced. Whoever waits for
// an outcome from it then learns of its end.
func (c *Container) Kill(cause error) {
	c.Retire()
	c.killAtEnd(cause)
}

// killAtEnd is Kill where no successor is wanted: the pool asks for it.
func (c *Container) killAtEnd(cause error) {
	c.killed.Store(true)
	c.halt()
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	go c.instance.Remote.Close(ctx)
}

// Killed notes that a container of a runtime is gone, and reports whether its mapper had asked
// for that.
func (c *Container) Killed() (asked bool) { return c.killed.Swap(true) }

// Drain asks one container to end, and reports false if there is no such any more.
func (p *Pool) Drain(id int) bool {
	c := p.ByID(id)
	if c != nil {
		c.Retire()
	}
	return c != nil
}

// Preempt ends one at once: what it executes is cancelled, and whatever ignores that for Grace
// is given up.
func (p *Pool) Preempt(id int) bool {
	c := p.ByID(id)
	if c == nil {
		return false
	}
	c.interrupt(ErrInterrupted)
	c.afterGrace(func() {
		if c.busy.Load() > 0 && p.container(c.Container) == c {
			c.GiveUp()
		}
	})
	return true
}

// afterGrace has f called when the grace is over.
func (c *Container) afterGrace(f func()) { time.AfterFunc(max(c.p.Grace, 1), f) }
