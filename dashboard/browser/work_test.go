package browser

import (
	"context"
	"testing"
	"time"
)

// valve lets attempts through, as many as it is told.
type valve chan struct{}

// pass waits its turn. It takes some time then, since containers claim several inputs together
// where they are done in no time, and tell of them together.
func (v valve) pass(ctx context.Context) error {
	select {
	case <-v:
		<-time.After(time.Millisecond)
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// open lets n more through. It waits until they are.
func (v valve) open(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case v <- struct{}{}:
		case <-t.Context().Done():
			t.Fatal("nobody wants to pass")
		}
	}
}

// beside does something while the story goes on, and joins it at its end.
func beside(t *testing.T, do func(context.Context)) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(t.Context()) // which ends before cleanups begin
	}()
	t.Cleanup(func() { <-done })
}

// numbers is so many inputs.
func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// drain reads results to the end.
func drain[T any](results <-chan T) {
	for range results {
	}
}
