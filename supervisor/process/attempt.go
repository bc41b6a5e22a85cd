package process

import (
	"context"

	"github.com/longshore-go/longshore/supervisor"
)

// attemptContext is the context of an attempt in a worker.
type attemptContext struct {
	context.Context
	index, attempt, container int
}

// Value answers for the attempt, and else as the context within.
func (c attemptContext) Value(key any) any {
	if key == (supervisor.AttemptKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// Attempt is for mapper.AttemptFrom.
func (c attemptContext) Attempt() (supervisor.Attempt, bool) {
	return supervisor.Attempt{Index: c.index, Attempt: c.attempt, Container: c.container}, true
}
