package supervisor

import "context"

// Runtime makes containers that run outside this process: worker processes,
// machines. A nil Runtime stands for goroutines, which need none.
//
// It is the whole seam between a mapper and the place where a function runs, and
// small enough for work that travels far: inputs go in chunks, several chunks may
// be under way in one container, and outcomes come back one by one, late, in any
// order, or twice (the mapper counts the first and drops the rest).
type Runtime interface {
	// Open starts a container for function fn and returns when it is ready for
	// work. An error is a crash at start-up. Open ends when ctx does. It is called
	// concurrently.
	Open(ctx context.Context, fn any) (Instance, error)
}

// Instance is one container of a [Runtime].
type Instance interface {
	// Run executes fn on each of inputs and calls done with the position, value
	// and error of each as it ends, from any goroutine, before it returns. A nil
	// result says that every input has been reported; a *CrashError, whose Input
	// is a position in inputs or [NoInput], that the container is gone. Run ends
	// soon after ctx does.
	Run(ctx context.Context, inputs []any, done func(i int, value any, err error)) error

	// Close ends the container in order and waits for that, at most until ctx ends.
	Close(ctx context.Context) error
}
