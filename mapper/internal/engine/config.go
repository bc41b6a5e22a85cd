package engine

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Config is what a run has of its own.
type Config struct {
	Name             string
	Containers       int // that serve it, at most
	Retries          policy.Retries
	CrashLimit       int
	Outstanding      int // of a lasting run: calls accepted and not settled
	AtMostOnce       bool
	ReturnExceptions bool
	Grace            time.Duration
	Cheap            time.Duration // what an input costs at most that is begun together with others
	Lowest           bool          // after a crash the lowest input is tried, and not one at random
	Lasting          bool          // it is not over when every input is settled: more may come

	NewChunk func() *chunk.Chunk
	Batches  Batches // nil where the body takes one input
	Errors   Errors
	// Owner is told of a run on a function's pool. Nil: the pool is the run's own.
	Owner Owner
	// Describe is an input as observers are shown it; in is a pointer to it.
	Describe func(in any) any
}

// Owner is the function whose pool a run is on.
type Owner interface {
	// Admit begins to serve a run, unless the function is stopped.
	Admit(*Run) error
	// Left is told when no worker serves it any more.
	Left(*Run)
}

// Errors makes the errors that users see, which are declared where they see them.
type Errors struct {
	Input  func(index, attempts int, err error) error
	Length func(inputs, values int, each supervisor.Errors) error
}

// Executor calls the user's function for the inputs of a chunk that the worker has in hand,
// from the first to the last. It is the typed half of a worker.
type Executor interface {
	Loop(l *Loop, ch *chunk.Chunk)
	// LoopTimed is Loop for attempts that may time out.
	LoopTimed(l *Loop, ch *chunk.Chunk)
}

// BatchCall calls the user's function over batches: inputs and values are slices.
type BatchCall func(ctx context.Context, inputs any) (values any, err error)

// Batches is the typed half of batches.
type Batches interface {
	// Gather is the inputs of a batch as one slice.
	Gather(batch []*chunk.Chunk) (inputs any)
	// Len is how many values there are.
	Len(values any) int
	// Place gives the chunk its values: those from position at on, as far as there are any.
	Place(ch *chunk.Chunk, values any, at int)
}
