package mapper

import (
	"context"
	"fmt"

	"github.com/longshore-go/longshore/mapper/internal/engine"
)

// A function while it lives: the runs that it lets in, why it does nothing any more, and how
// it is stopped.

// admit begins to serve a run, unless the function is stopped.
func (f *life) admit(e *engine.Run) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopping {
		return f.ending()
	}
	f.runs[e] = struct{}{}
	f.s.Attach(e)
	if ctx := f.s.Context(); ctx.Err() != nil { // its end may have been told to those that were attached
		e.Finish(context.Cause(ctx))
	}
	f.s.Idle.Wake()
	return nil
}

// left is told when no worker serves a run any more.
func (f *life) left(h *handle) {
	f.mu.Lock()
	delete(f.runs, h.e)
	f.past = f.past.plus(h.untold())
	f.mu.Unlock()
	f.checkIdle()
}

// joined is told when a run has nothing more to count: its journal may have had the last word after it was left.
func (f *life) joined(h *handle) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.past = f.past.plus(h.untold())
}

// ofRuns is the inputs of all runs that are settled.
func (f *life) ofRuns() tally {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.past
	for e := range f.runs {
		t = t.plus(countsOf(e))
	}
	return t
}

// ending is why the function does nothing any more.
func (f *life) ending() error {
	if cause := context.Cause(f.s.Context()); cause != nil {
		return cause
	}
	return ErrStopped
}

// endedBy is why the function has ended, nil if it was stopped or lives.
func (f *life) endedBy() error {
	if cause := context.Cause(f.s.Context()); cause != ErrStopped {
		return cause
	}
	return nil
}

// late is the cause of the end of ctx, joined with why no container starts, if that is what
// was waited for.
func (f *life) late(ctx context.Context) error {
	cause := context.Cause(ctx)
	if crash := f.s.Unready(); crash != nil {
		return fmt.Errorf("%w, waiting for a container: %w", cause, crash)
	}
	return cause
}

// stop waits for ended. An observer that stops its function cannot be waited for as well.
func (f *life) stop(ctx context.Context, ended <-chan struct{}) error {
	f.refuse()
	f.checkIdle()
	select {
	case <-f.idle:
	case <-ended:
	case <-ctx.Done():
		f.s.Cancel(ErrStopped)
		<-ended
		return context.Cause(ctx)
	}
	f.s.Cancel(ErrStopped) // before the containers end, or they would be replaced
	f.s.Shut()
	<-ended
	if cause := f.endedBy(); cause != nil {
		return cause
	}
	return f.s.ExitErr()
}

// refuse accepts nothing any more. The queue goes first: once the function is stopping, the
// last call that is settled makes it idle.
func (f *life) refuse() {
	f.queue.close()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopping = true
}

func (f *life) stopped() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stopping
}

// checkIdle tells a stopping function that nothing is left to do.
func (f *life) checkIdle() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopping && len(f.runs) == 0 && f.queue.pending.Load() == 0 {
		select {
		case <-f.idle:
		default:
			close(f.idle)
		}
	}
}

// callable reports why a function has no calls.
func (f *life) callable() error {
	if f.expands {
		return invalid("Expand", "a call", "has one result, and the body is Expanding: use a run")
	}
	return nil
}
