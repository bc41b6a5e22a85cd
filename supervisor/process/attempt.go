package process

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// attemptContext is the context of an attempt in a worker.
type attemptContext struct {
	context.Context
	index, attempt, container int
	deadline                  time.Time // zero: none
}

// attemptFor is the context of one attempt. It only knows its deadline: what ends it is the
// parent, whose clock counts.
func (w *worker) attemptFor(batch context.Context, item wire.BatchItem) attemptContext {
	ctx := attemptContext{
		Context: batch, index: item.Index, attempt: item.Attempt, container: w.hello.Container, deadline: item.Deadline,
	}
	if item.Timeout > 0 {
		if own := time.Now().Add(item.Timeout); ctx.deadline.IsZero() || own.Before(ctx.deadline) {
			ctx.deadline = own
		}
	}
	return ctx
}

// Deadline is the attempt's own, or that of its run if that comes first.
func (c attemptContext) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }

// Value answers for the attempt, and else as the context within.
func (c attemptContext) Value(key any) any {
	if key == (supervisor.AttemptKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// Attempt is for mapper.AttemptFrom.
func (c attemptContext) Attempt() (supervisor.Attempt, bool) {
	return supervisor.Attempt{Index: c.index, Attempt: c.attempt, Container: c.container}, c.attempt > 0
}
