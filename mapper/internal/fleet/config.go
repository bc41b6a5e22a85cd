package fleet

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Config is what a pool is made of.
type Config struct {
	ID      uint64 // of the function, or of the run of its own
	Name    string
	Lasting bool // it is a deployed function's, and not over with its work

	Runtime      supervisor.Runtime
	Crashes      policy.Crashes
	MaxInputs    int
	TargetInputs int
	Timeout      time.Duration
	StartTimeout time.Duration
	Grace        time.Duration
	ExitGrace    time.Duration
	Recycle      Recycle

	// The errors that users see are declared where they see them.
	StartTimeoutError func(limit time.Duration) error
	TimeoutError      func(limit time.Duration, crash *supervisor.CrashError) error
	ExitError         func(container int, err error) error
}

// Hooks is what a pool asks those who have work for it. They are called from any goroutine,
// never block, and run none of the user's code.
type Hooks struct {
	// NewWorker makes the worker that fills slot i of a container.
	NewWorker func(c *Container, slot int) Worker
	// Work reports that a container without work has something to do, and Needed for how many
	// containers there is some.
	Work   func() bool
	Needed func(perContainer int) int
	// Cutoff is told, once, that the pool gives up. It ends the pool's context.
	Cutoff func(*supervisor.CutoffError)
}

// Worker executes inputs in a container, one at a time or one batch.
type Worker interface {
	// Serve is its life: until its container ends, or was given up. It returns the crash of a
	// container that is somewhere else; one that is here panics.
	Serve() *supervisor.CrashError
	// Shed gives back what it has claimed and not begun, and wakes it: the container is to
	// end after what it executes.
	Shed()
	// Interrupt cancels what it executes with the cause, and what it takes in hand later.
	Interrupt(cause error)
	// Reclaim has what it has in hand executed elsewhere, since the container is given up,
	// and reports whether that was anything.
	Reclaim() bool
	// Crashed settles what it had in hand when its container crashed, on the dying goroutine,
	// says in crash which input it was, and returns what that means for the pool.
	Crashed(crash *supervisor.CrashError) supervisor.Evidence
	// Overdue ends an attempt whose time is up and returns when to look again.
	Overdue(now time.Duration) time.Duration
}

// Body is what the containers of a release start with.
type Body struct {
	Enter    func(context.Context) (Instance, error) // nil where instances have no state and all are alike
	Instance Instance                                // where Enter is nil
	Function any                                     // what its user wrote, by which a runtime knows it
	Size     int                                     // of a batch; 0 for a function of one input
	Wait     time.Duration                           // for a batch to fill
}

// Batched reports that the body takes batches.
func (b *Body) Batched() bool { return b.Size > 0 }

// Instance is a body in one container: here, or somewhere else.
type Instance struct {
	Call   any // the typed half that calls the user's function, for the workers
	Remote supervisor.Instance
	Exit   func(context.Context) error // nil: nothing to do
}

// Release is a body that new containers start with: a redeploy makes another one.
type Release struct {
	Number int
	Body   Body
}
