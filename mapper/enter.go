package mapper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// enter makes the container's instance of the body. A start that is late is a crash,
// whatever it returns; one that ignores its deadline for Grace is left to itself.
func (h *host[In, Out]) enter(ctx context.Context) error {
	limit := h.p.opts.StartTimeout
	late := &StartTimeoutError{Timeout: limit}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, late)
	defer cancel()
	stuck := time.AfterFunc(limit+h.p.opts.Grace, func() {
		h.lost.Store(true)
		h.c.Fail(late)
	})
	defer stuck.Stop()
	start := h.release.body.enter
	if h.p.opts.Runtime != nil {
		start = h.open
	}
	instance, err := start(ctx)
	if err != nil {
		if context.Cause(ctx) != late {
			return err
		}
		if crash, ok := errors.AsType[*supervisor.CrashError](err); ok {
			crash.Err = errors.Join(late, crash.Err)
			return crash
		}
		return fmt.Errorf("%w: %w", late, err)
	}
	h.instance = instance
	h.phase.Store(working)
	if context.Cause(ctx) == late {
		h.exit()
		return late
	}
	return nil
}

// exit is the end of an instance that was entered. Whoever calls it sees to it that
// nothing executes in the container any more.
func (h *host[In, Out]) exit() {
	if !h.phase.CompareAndSwap(working, exiting) {
		return
	}
	if h.expiry != nil {
		h.expiry.Stop()
	}
	exit := h.instance.exit
	if exit == nil || h.killed.Load() {
		return
	}
	limit := h.p.opts.ExitGrace
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(h.p.ctx), limit, ErrExitTimeout)
	defer cancel()
	ended := make(chan error, 1)
	var err error
	h.c.Go(func() { err = exit(ctx) }, func(crash *supervisor.CrashError) {
		if crash != nil {
			crash.Phase = supervisor.PhaseExit
			err = crash
		}
		ended <- err
	})
	h.awaitExit(ended, limit)
}

// awaitExit waits for an exit, for a little longer than its context lives.
func (h *host[In, Out]) awaitExit(ended <-chan error, limit time.Duration) {
	timer := time.NewTimer(limit + h.p.opts.Grace)
	defer timer.Stop()
	select {
	case err := <-ended:
		if err != nil {
			h.p.exitFailed(h, err)
		}
	case <-timer.C:
		h.p.exitFailed(h, ErrExitTimeout)
	}
}

// exitAfterCrash has the instance of a crashed container exit, on a goroutine of its own:
// neither the news of the crash nor the successor wait for it.
func (h *host[In, Out]) exitAfterCrash() {
	if h.expiry != nil {
		h.expiry.Stop()
	}
	switch {
	case h.instance.exit == nil || h.instance.remote != nil || h.phase.Load() != working:
	case h.stuck: // nobody waits for what may never end
		go h.exitLate()
	default:
		h.p.exits.Go(h.exit)
	}
}

// exitIfLost is for a container that was given up and comes back after all, whether its
// attempt returns or panics: nobody else knows of it any more.
func (h *host[In, Out]) exitIfLost() {
	if h.lost.Load() && h.phase.Load() == working {
		go h.exitLate()
	}
}

// exitLate is an exit once nothing executes in the container any more, which may be never.
func (h *host[In, Out]) exitLate() {
	h.slotsLeft.Wait()
	h.exit()
}

// exitFailed keeps the first failure of an exit, and tells observers of each.
func (p *pool[In, Out]) exitFailed(h *host[In, Out], err error) {
	failure := &ExitError{Container: h.c.ID(), Err: err}
	p.exitErr.CompareAndSwap(nil, failure)
	p.events.Emit(supervisor.Event{
		Kind: supervisor.ExitFailed, Container: h.c.ID(), Lineage: h.c.Lineage(),
		Input: supervisor.NoInput, Err: failure,
	})
}
