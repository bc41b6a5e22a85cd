package fleet

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

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
	// Unask is Reclaim for what it asks the user's code about before it has that in hand.
	Unask() bool
	// Crashed settles what it had in hand when its container crashed, on the dying goroutine,
	// says in crash which input it was, and returns what that means for the pool.
	Crashed(crash *supervisor.CrashError) supervisor.Evidence
	// Overdue ends an attempt whose time is up and returns when to look again.
	Overdue(now time.Duration) time.Duration
}
