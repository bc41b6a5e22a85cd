package mapper

import (
	"context"

	"github.com/longshore-go/longshore/supervisor"
)

// Attempt says which execution of the function this is.
type Attempt struct {
	Index     int // of the input, from 0
	Attempt   int // of this input, from 1; retries and re-runs count alike
	Container int // that executes it
}

// AttemptFrom returns the attempt that ctx belongs to, where ctx is, or descends
// from, the context given to the function, and false elsewhere, a function over batches
// included, which executes many attempts at once. Use it while the
// function runs: for a goroutine that outlives its attempt it reports false, or what the
// container executes then.
func AttemptFrom(ctx context.Context) (Attempt, bool) {
	a, ok := ctx.Value(supervisor.AttemptKey{}).(supervisor.Attempting)
	if !ok {
		return Attempt{}, false
	}
	at, ok := a.Attempt()
	return Attempt(at), ok
}

// Retire asks for the end of the container that executes the attempt which ctx belongs to:
// it takes no further inputs, ends after what it executes, and is replaced. Inputs that it
// has claimed are executed elsewhere. It reports false where ctx is no attempt's. It is for
// a function that finds its container worn out: a full disk, a stale connection. In a
// worker process it reports false. (Modal has stop_fetching_inputs.)
func Retire(ctx context.Context) bool {
	w, ok := ctx.Value(supervisor.AttemptKey{}).(interface{ Retire() })
	if ok {
		w.Retire()
	}
	return ok
}
