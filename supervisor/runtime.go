package supervisor

import (
	"context"
	"time"
)

// Runtime makes containers that run outside this process: worker processes,
// machines. A nil Runtime stands for goroutines, which need none.
//
// It is the whole seam between a mapper and the place where a function runs, and small
// enough for work that travels far: inputs go in chunks, outcomes come back one by one, in
// any order, late or twice (the mapper counts the first and drops the rest), and
// the news of a crash may come from afar, with the input that is to blame if that is
// known. Its methods are called concurrently.
type Runtime interface {
	// Check reports, before anything starts, why containers of the runtime can never run
	// the function: it is not registered, it is a closure. The error wraps
	// [ErrFatalStart].
	Check(fn any) error

	// Open starts a container and returns when it is ready for work, its function's enter
	// included. An error is a crash at start-up: a *CrashError as it is, any other as
	// its Err. Open ends soon after ctx does, and then leaves nothing behind.
	Open(ctx context.Context, launch Launch) (Instance, error)
}

// Elastic is a [Runtime] with room for a number of containers that changes, as machines come and go. A mapper has no more
// containers than there is room for: waiting for room is no start, has no timeout and fails nothing. Where the room
// shrinks, those that are too many end after what they execute.
type Elastic interface {
	Runtime

	// Room is for how many containers there is room for this program, those that are open included, and a channel that
	// is closed when that may have changed. It does not block.
	Room() (containers int, changed <-chan struct{})
}

// Shared is an [Elastic] whose room is for several pools, of this process and of others. Each has a share of it by what it
// wishes: one that wishes little gets that, and the others the same number each.
type Shared interface {
	Elastic

	// Share is the share of one more pool, which wishes nothing yet. It does not block. tell is given what happens to
	// machines until the share is closed, one event at a time: [MachineJoined] and its like, each with the Time at which it
	// happened, which is the same for all shares. It does not block.
	Share(tell func(Event)) Share
}

// Share is a pool's part of a [Shared] runtime. It is safe for concurrent use.
type Share interface {
	// Room is Elastic.Room for a pool that would have so many containers if there were room for all, those that are open
	// included. Of room that nobody else wishes it may have all. It does not block.
	Room(wish int) (containers int, changed <-chan struct{})

	// Close ends the share: the pool wishes nothing any more. It does not block, and is idempotent.
	Close()
}

// Launch says which container a runtime is to open.
type Launch struct {
	Function  any    // the function itself, as its user wrote it
	Name      string // of the function, for people
	Container int    // the container's ID, for log lines and reports

	// At is told on which machine the container is to be, before anything else is heard of it; again where that changes. It
	// does not block. A runtime of this machine alone does not call it. Nil means that nobody wants to know.
	At func(machine string)

	// Print is given each line that the container prints, with the stream: stdout or stderr.
	// It does not block. Nil means that nobody wants them.
	Print func(stream, line string)
}

// Instance is one container of a [Runtime]. Run is called by one goroutine at a time,
// Close by any and at any time.
type Instance interface {
	// Run executes the function on each of inputs in turn and calls done with the
	// position, value and error of each as it ends, from any goroutine, before Run
	// returns.
	//
	// When ctx ends, the input that executes is told so, with the cause, and none begins
	// any more; Run returns when that input has ended, which it reports. It does not
	// give up an input that ignores this: who wants that calls Close.
	//
	// Of a function that adds inputs to its run each value is an [Expanded].
	//
	// For a function over batches an input is a slice. Its value may come with [Errors], one for
	// each element; any other error is that of all of them, and comes without a value.
	//
	// A nil error says that the container lives on; inputs that were not reported then were
	// not begun. A *CrashError says that it is gone: its Input is the position of the
	// input that executed, or NoInput if none did or nobody knows, and inputs
	// that were neither reported nor are that one were not begun.
	Run(ctx context.Context, chunk Chunk, done func(i int, value any, err error)) error

	// Close ends the container in order, its function's exit included, and waits for that; once
	// ctx has ended it is killed. Close may be called again, with a ctx that has ended, to
	// hurry. It returns what exit returned, or how the end was not in order. A
	// Run that is under way returns a *CrashError when the container is killed.
	Close(ctx context.Context) error
}

// Gauge is an [Instance] that knows how much memory its container uses, and may use: in bytes,
// 0 if that is unknown, or if there is no limit.
type Gauge interface {
	Memory() (used, limit int64)
}

// Outbox is an [Instance] that knows whether its container has said something which was not told yet: the program
// was stopped, as by Ctrl-Z, or has too much to do. What is there is heard before an attempt's time is up. Unheard is
// called by any goroutine, and does not block.
type Outbox interface {
	Unheard() bool
}

// Timed is an [Instance] that knows how long the inputs of its last Run have executed, without the way there and back. By
// that the mapper chooses how many inputs go at once: the way grows with the load, and whoever takes it for work
// sends fewer inputs when it should send more. Worked is called after Run has returned, on its goroutine.
type Timed interface {
	Worked() time.Duration
}

// Retiring is an [Instance] whose place may be about to go, in order: a machine that is drained. Its container is to take
// nothing more when the channel is closed, also if it has nothing to do: it finishes what it executes, is closed, and
// another one starts elsewhere. The channel is the same at each call.
type Retiring interface {
	Retiring() <-chan struct{}
}

// Chunk is a few inputs for an [Instance]. Inputs is the caller's again, for others, when Run has returned nil.
type Chunk struct {
	Index   int   // of the first input in its run
	Attempt int   // of each input, from 1; 0 for a batch, whose elements have attempts of their own
	Inputs  []any // executed in turn

	// Timeout is that of each attempt and Deadline that of the whole, 0 and zero for none. They are for the
	// function to know; what ends an attempt is the context of Run.
	Timeout  time.Duration
	Deadline time.Time
}
