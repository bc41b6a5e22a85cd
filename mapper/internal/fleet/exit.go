package fleet

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// ErrExitTimeout is the cause with which the context of an exit ends after ExitGrace, and
// the failure of an exit that ignores that.
var ErrExitTimeout = supervisor.Sentinel("mapper: exit timed out")

// exit is the end of an instance that was entered, once. Whoever calls it sees to it that
// nothing executes in the container any more.
func (c *Container) exit() {
	if !c.Exit() {
		return
	}
	c.stopExpiry()
	exit := c.instance.Exit
	if exit == nil || c.killed.Load() {
		return
	}
	limit := c.p.ExitGrace
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(c.p.ctx), limit, ErrExitTimeout)
	defer cancel()
	ended := make(chan error, 1)
	var err error
	c.Go(func() { err = exit(ctx) }, func(crash *supervisor.CrashError) {
		if crash != nil {
			crash.Phase = supervisor.PhaseExit
			err = crash
		}
		ended <- err
	})
	c.awaitExit(ended, limit)
}

// awaitExit waits for an exit, for a little longer than its context lives.
func (c *Container) awaitExit(ended <-chan error, limit time.Duration) {
	timer := time.NewTimer(limit + c.p.Grace)
	defer timer.Stop()
	select {
	case err := <-ended:
		if err != nil {
			c.exitFailed(err)
		}
	case <-timer.C:
		c.exitFailed(ErrExitTimeout)
	}
}

// exitAfterCrash has the instance of a crashed container exit, on a goroutine of its own:
// neither the news of the crash nor the successor wait for it.
func (c *Container) exitAfterCrash() {
	c.stopExpiry()
	switch {
	case !c.serving() || c.instance.Exit == nil || c.instance.Remote != nil:
	case c.stuck: // nobody waits for what may never end
		go c.exitLate()
	default:
		c.p.exits.Go(c.exit)
	}
}

// exitIfDisowned is for a container that was given up and comes back after all, whether its
// attempt returns or panics: nobody else knows of it any more.
func (c *Container) exitIfDisowned() {
	if c.Disowned() && c.serving() {
		go c.exitLate()
	}
}

// exitLate is an exit once nothing executes in the container any more, which may be never.
func (c *Container) exitLate() {
	c.together.Wait()
	c.exit()
}

// exitFailed keeps the first failure of an exit, and tells observers of each.
func (c *Container) exitFailed(err error) {
	failure := c.p.ExitError(c.ID(), err)
	c.p.exitErr.CompareAndSwap(nil, &failure)
	c.p.events.Emit(supervisor.Event{
		Kind: supervisor.ExitFailed, Container: c.ID(), Lineage: c.Lineage(),
		Input: supervisor.NoInput, Err: failure,
	})
}
