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
	"github.com/longshore-go/longshore/mapper/internal/pace"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// What a worker knows. What it does is in the files that use this one, up to serve.go.

// Worker executes inputs in a container, one at a time or one batch: claim a chunk, execute
// it, publish it.
type Worker struct {
	c      *fleet.Container
	s      *Scheduler
	slot   int // in the container
	wakeup park.Wakeup
	turn   int // whose turn it is among runs that have equal claims
	pace.Pacer
	who   backlog.Taker // as which it looks for work
	found found
	awake bool // the worker counts as busy in its container
	// look says that the container takes nothing more, or that somebody holds on to the context of
	// an attempt.
	look    atomic.Bool
	ctx     atomic.Pointer[attempt.Contexts]
	parent  context.Context // of ctx
	foreign bool            // parent is not the run's
	last    *Run            // the run that the pace is for
	// serves is the run that the worker looks after now. It waits for the worker.
	serves atomic.Pointer[Run]
	quota  atomic.Pointer[gate.Quota] // that it is counted by, from one chunk of a run to the next

	asked    question // its own goroutine's, while it asks nothing
	question atomic.Pointer[question]

	// started is when the running attempt began, on the pool's clock, if there is a
	// Timeout: 0 between attempts, negative once the watchdog has timed it out.
	started atomic.Int64
	// allowed is how long that attempt may take, and cut that this is all that is left of the time of its
	// input, if there is a TotalTimeout.
	allowed atomic.Int64
	cut     atomic.Bool
	latest  atomic.Int64 // the value that started had first
	trial   atomic.Bool  // it may execute one input, the probe of the throttle
	hearing hearing
	paused  atomic.Int64 // since when its clock stands; 0: it goes

	// mu guards the identity of the chunk in hand against those who take a part of it
	// away: an idle container, the emitter, and whoever ends the run or gives the
	// container up. Whoever finds another chunk than its own there has lost it.
	mu          sync.Mutex
	run         *Run // of what is in hand
	cur         *chunk.Chunk
	lost        *remoteChunk   // what a crash of its container has left; its own goroutine's
	boxed       []any          // memory of box; its own goroutine's
	batch       []*chunk.Chunk // in hand instead of cur, executed as one
	undecided   []*chunk.Task  // of it: they would fail for good, for what another one may have done
	since       time.Duration  // when that was begun, on the pool's clock
	charged     bool           // the probe that is in hand was refused
	held        gate.Pass      // what is in hand has taken of the limits
	flies       bool           // what is in hand is counted by Adaptive
	stop        error          // why the worker was interrupted
	interrupted bool           // what is in hand is to be executed elsewhere
	attempts    attempts       // for observers

	mark    *durable.Slot // what it executes, for whoever comes after this process; its own goroutine's
	marked  *Run          // the run that mark is for
	looping Loop          // its own goroutine's
	span    chunk.Span    // of cur
}

func newWorker(s *Scheduler, c *fleet.Container, slot int) *Worker {
	return &Worker{c: c, s: s, slot: slot, wakeup: park.NewWakeup(), Pacer: pace.Pacer{Lease: 1}}
}

// Loop is what an [Executor] goes by between two calls of the user's function. The loop
// over a chunk is where a run spends its time, so it has what it needs at hand:
//
//	begin the next inputs, as many as the lease
//	for each: look up if there is reason to; enter; call; settle a failure
type Loop struct {
	Over     *atomic.Bool      // nothing new of the run may begin
	Look     *atomic.Bool      // there is something else to heed before the next begins
	Contexts *attempt.Contexts // of the attempts
	Span     *chunk.Span       // how many inputs are begun
	Lease    int               // at a time

	w     *Worker
	run   *Run
	began int64 // the attempt, if it may time out
}

// question is what a worker asks about. Whoever takes it out of the worker has its fields.
type question struct {
	r      *Run
	chunks []*chunk.Chunk
	turn   uint64 // at which the input is to arrive, if it was claimed
	awaits bool   // others wait until it has
}

// remoteChunk is a chunk that was sent to the container of a runtime.
type remoteChunk struct {
	w     *Worker
	r     *Run
	ch    *chunk.Chunk
	task  *chunk.Task // the chunk's, to be read without the lock
	began int64       // when its current input began, on the pool's clock, if there is a Timeout
	late  bool        // that input has timed out
	at    int         // which input executed when the container was lost
	over  bool        // the runtime has given it back: whatever is still told is not heard
	early map[int]report
}

// report is what the runtime tells of one input.
type report struct {
	value any
	outcome
}

// outcome is what an attempt's error says about another attempt. It is read before any lock
// is taken: the error's methods are the user's code.
type outcome struct {
	marks
	err    error // without the wrappers that say the rest
	shared bool  // with all of a batch, and nobody knows which of them is to blame
}

// attempts is what a worker has to tell.
type attempts struct {
	failed   failures // of what is in hand
	gathered gathered // what has ended and was not told yet
}

// failures are attempts that have failed.
type failures struct {
	n    int
	last error
}

// gathered is claims of inputs so cheap that even the longest are over in a microsecond or two:
// half a million events a second would be half the work. They are told of together. Index
// lo is that of the first; others may have taken some in between.
type gathered struct {
	run   *Run
	lo, n int
	took  time.Duration
}

// found is how a worker executes what it has found.
type found struct {
	joined     bool // it looks for work, or executes some
	struck     bool // an input that was in a crash
	alone      bool // and nothing beside it in the container
	wantsAlone bool // there is something for it, if only it were alone
}
