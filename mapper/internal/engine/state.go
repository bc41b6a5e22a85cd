package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/durable"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/gate"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/park"
	"github.com/longshore-go/longshore/policy"
)

// What there is to know of a run and of the scheduler that it shares with others. The types
// name one another, so they are declared together, below the files that use them.

// Config is what a run has of its own.
type Config struct {
	Name             string
	Containers       int // that serve it, at most
	Retries          policy.Retries
	FailureLimit     policy.FailureLimit
	CrashLimit       int
	Outstanding      int // of a lasting run: calls accepted and not settled
	AtMostOnce       bool
	ReturnExceptions bool
	Grace            time.Duration
	Cheap            time.Duration // what an input costs at most that is begun together with others
	Lowest           bool          // after a crash the lowest input is tried, and not one at random
	InOrder          bool          // inputs of a key begin in order
	Lasting          bool          // it is not over when every input is settled: more may come
	Share            int           // of the pool's workers, beside other runs; 0 means 1
	Workers          int           // of the pool that have something of it in hand at once, at most; 0 means any number
	Hedge            policy.Hedge  // second attempts of inputs whose first is slow

	NewChunk func() *chunk.Chunk
	Batches  Batches // nil where the body takes one input
	Asks     Asks    // nil where inputs have no keys and no weights
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

// Run is one run.
type Run struct {
	Config
	ID     uint64
	Window intake.Window

	s      *Scheduler
	caller context.Context
	ctx    context.Context
	cancel context.CancelCauseFunc
	hub    *attempt.Hub // of ctx

	src      intake.Source
	iterator *intake.Iterator // src, if it is one
	frontier *intake.Frontier // likewise
	missing  error            // why inputs are missing that the iterator should have had
	backlog  backlog.Backlog
	former   *former // of batches, if the body takes them
	sink     chunk.Sink
	free     chunk.FreeList
	keeper   *durable.Keeper // of its journal, if it has one
	suspects suspects
	emitter

	maxClaim   int
	firstClaim atomic.Int64  // length of a claim, for workers that begin with this run
	stealable  atomic.Int32  // chunks of more than one input in hand
	visitors   atomic.Int32  // workers that serve this run now
	lastLeft   park.Waiter   // for the last of them to go
	cleared    chan struct{} // closed when they are gone; only on a function's pool

	counts
	limiter  *limiter
	quota    *gate.Quota            // of the pool's workers
	aside    *gate.Aside            // what may not begin yet, if there are limits
	hedger   *hedger                // nil where there are no second attempts
	paused   atomic.Bool            // nothing new may begin for now
	over     atomic.Bool            // nothing new may begin
	ending   atomic.Pointer[ending] // why
	stopped  chan struct{}          // closed by Stop: the reader may have left; nil without one
	stopOnce sync.Once
}

// ending is why a run is over: a nil cause when every input was settled, and the input that
// failed, if that was it.
type ending struct {
	cause  error
	failed *chunk.Task
	gentle bool // what executes finishes, and counts
}

// Scheduler is the runs that share a pool, and which of them a worker serves next.
//
// A worker serves one run at a time and says which, so that the run can wait for it. It
// asks after each chunk whose turn it is: the run that has the fewest workers goes first, so
// that a huge run of slow inputs and a single call get their share of the containers alike;
// among equals it goes round. (To count chunks or inputs would give the run with the slower
// inputs nearly all the time.)
type Scheduler struct {
	*fleet.Pool
	runs     atomic.Pointer[[]*Run]
	control  backlog.Control
	paused   atomic.Bool // of all runs
	rate     *gate.Rate  // nil: attempts begin at any rate
	throttle gate.Throttle
	adaptive *gate.Adaptive // nil: as many attempts as there are workers
	limits   *gate.Limits   // nil: inputs have no keys and no weights

	choosing sync.Mutex // held by the worker that chooses a run

	mu   sync.Mutex // guards changes of runs
	past int64      // what runs that are over have brought to an end
}

// former forms the batches of a run, one at a time: containers that formed them side by side
// would all hold a part of the same batch.
type former struct {
	r *Run

	mu    sync.Mutex
	over  bool          // the run is
	forms bool          // a batch is forming
	since time.Duration // when its first input was seen
	timer *time.Timer   // for the end of its wait
}
