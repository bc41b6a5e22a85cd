package fleet

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/conc"

	"github.com/longshore-go/longshore/mapper/internal/park"
	"github.com/longshore-go/longshore/supervisor"
)

// What there is to know of a pool, its containers and who scales them. The types name one
// another, so they are declared together, below the files that use them.

// Pool is the containers of a function, or those of a run of its own, which live and end
// with it.
type Pool struct {
	Config
	Hooks
	Idle  park.Lot // workers without work
	Burst park.Lot // workers beyond TargetInputs of their containers

	TimedOut atomic.Int64 // attempts

	epoch    time.Time // of the pool's clock
	ctx      context.Context
	cancel   context.CancelCauseFunc
	sup      atomic.Pointer[supervisor.Supervisor]
	events   *supervisor.Events
	detail   bool // observers want each attempt
	scaler   *scaler
	follower *follower        // of the room of an elastic runtime, in a pool that is over with its work; else nil
	share    supervisor.Share // of a runtime that several pools share; else nil
	grown    atomic.Int64     // containers started or asked for, of a pool that is over with its work

	supervised atomic.Bool // by somebody

	release atomic.Pointer[Release]
	seats   atomic.Pointer[[]*seat] // by lineage
	full    atomic.Bool             // no further container will be started, so that Burst is called upon
	over    atomic.Bool             // containers take nothing any more, and end

	exits   conc.WaitGroup // of crashed containers: they are not waited for as such
	exitErr atomic.Pointer[error]
	unready atomic.Pointer[supervisor.CrashError] // the last start that failed, until one succeeds

	watched chan struct{} // closed when the watchdog has ended; nil without one
	sooner  chan struct{} // it is to look
	mu      sync.Mutex    // guards changes of seats
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
	// Fewer is told that a lineage may have to execute what another one should have.
	Fewer func()
	// Ended is told, once, that the pool's context has ended, if it does before the pool.
	Ended func()
	// Cutoff is told, once, that the pool gives up. It ends the pool's context.
	Cutoff func(*supervisor.CutoffError)
}

// seat is the place of a lineage's container.
type seat struct{ atomic.Pointer[Container] }

// Container is an instance of the body, and the workers that execute inputs with it, one
// for each input that it may have at once.
type Container struct {
	*supervisor.Container
	p        *Pool
	release  *Release
	instance Instance
	workers  []Worker
	only     [1]Worker // workers, where there is one

	killed atomic.Bool                           // at once, by its mapper
	left   atomic.Int64                          // inputs that it may still take, if it is recycled after some
	crash  atomic.Pointer[supervisor.CrashError] // of one of several workers

	together sync.WaitGroup // workers of several
	stuck    bool           // one of them has outlived the crash of another by Grace
	evidence supervisor.Evidence
	company  company

	expiry *time.Timer // of its age; nil: it has none

	busy      atomic.Int32 // workers that have something to do
	idleSince atomic.Int64 // on the pool's clock, while none has
}

// company is who executes beside whom in a container of several workers. An input that was
// in a crash never executes beside another such, and some are to be alone.
type company struct {
	lot park.Lot // of those who must not look for work

	mu       sync.Mutex
	n        int    // workers that look for work, or execute some
	struck   bool   // one of them executes an input that was in a crash
	alone    bool   // it is to have no company
	reserved Worker // waits to be alone
}

// scaler keeps the number of a lasting pool's containers right: more at once when there is
// work and nobody idle, fewer when some have been idle for the Window. Its goroutine alone
// decides.
type scaler struct {
	p    *Pool
	news chan struct{} // something to look at
	done chan struct{} // closed when the goroutine has ended
	want int           // how many containers there should be, owned by the goroutine

	buffered atomic.Bool // there is a Buffer to keep
	rolling  atomic.Bool // some containers may have an older body

	mu       sync.Mutex
	settings Scale
	inForce  []chan struct{} // closed once the settings are
	rollouts []rollout
}

// follower keeps as many containers as there is room for, and inputs. Its goroutine alone decides.
type follower struct {
	p      *Pool
	most   int                                // containers, however much room there is
	left   func() (unfinished int, more bool) // see Pool.StartAlone
	wanted atomic.Int64                       // containers, when it last looked
	news   chan struct{}                      // there are more inputs than before, or fewer
	quit   chan struct{}
	once   sync.Once
	done   chan struct{} // closed when the goroutine has ended
}

// rollout is a redeploy that waits for the end of the last container with an older body.
type rollout struct {
	release int
	done    chan struct{}
}

// Now is the pool's clock.
func (p *Pool) Now() time.Duration { return time.Since(p.epoch) }

// At is a time on the pool's clock.
func (p *Pool) At(d time.Duration) time.Time { return p.epoch.Add(d) }

// Release is what containers start with now.
func (p *Pool) Release() *Release { return p.release.Load() }

// plain reports that the start of a container costs nothing and cannot fail.
func (p *Pool) plain() bool { return p.Release().Body.Enter == nil && p.Runtime == nil }

// HasWork reports that a sleeping container has something to do, if only to end.
func (p *Pool) HasWork() bool { return p.over.Load() || p.Work() }
