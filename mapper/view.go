package mapper

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Watcher is an Observer that also wants to look for itself: events tell what happens, a
// [View] what is.
//
// Watch is called once for each run and each deployed function, on the goroutine that starts
// it, before its first event. It must not block. One that panics is as good as none.
type Watcher interface {
	supervisor.Observer
	Watch(View)
}

// View is a run or a deployed function as a dashboard sees it: without its types. Its
// methods are safe for concurrent use, and all but Stop return at once. It keeps the run and
// its inputs in memory: let go of it when Done is closed and its last numbers are read.
type View interface {
	// About says what does not change.
	About() About
	// Counts is the inputs by state: of the run, or of the calls of the function.
	Counts() Counts
	// Pool is the state of the containers that serve it.
	Pool() supervisor.Snapshot
	// Containers is what each container that lives executes now, in no order.
	Containers() []ContainerView
	// Value is the input with that index, if it is at hand. It is at hand where a run is over a
	// slice, until the caller has the slice back. A run with containers of its own waits for
	// observers, at most Grace, while they are told of its end: they may still ask for values.
	Value(index int) (any, bool)
	// Context is the one that it was started with, for the values in it: the span of a trace.
	Context() context.Context
	// Done is closed at the end, when every input is settled.
	Done() <-chan struct{}
	// Err is why it ends or has ended: nil before that, or when every input was settled.
	Err() error

	// Stop is [Run.Stop], and waits for Done, or [Function.Stop]. The reader of a channel is not
	// told: it finds what is finished, and then the end.
	Stop(ctx context.Context) error
	// Drain is [Function.Drain]. A run of its own has it too.
	Drain(container int) bool
	// Pause and Resume are [Run.Pause] and [Run.Resume], or [Function.Pause] and [Function.Resume].
	Pause()
	Resume()
	// Reset voids what is known of the crashes, and has what waits for a start try at once,
	// see supervisor.Supervisor.Reset.
	Reset()
	// Spawn is [Function.Spawn] for an input of the function's type; nobody is told of
	// the value. A run refuses it.
	Spawn(ctx context.Context, input any) error
}

// About is what does not change of a run or a deployed function.
type About struct {
	ID       uint64 // its number in this process, from 1
	Parent   uint64 // of the function whose containers serve the run; 0 for one of its own
	Name     string // as in Options
	Function bool   // a deployed one, and not a run
	Started  time.Time
	Options  Options // with the defaults in place
}

// Counts is the inputs of a run, or the calls of a function, by state, and what happened to them.
type Counts struct {
	Inputs    int // of the run; -1 while the iterator has not ended, and for a function
	Pending   int // wait for a container; those an iterator has not given yet do not count
	Running   int // execute in one, or were sent to one that is somewhere else
	Retrying  int // wait for another attempt
	Succeeded int
	Failed    int // for good, by themselves; in Stats, with those cancelled
	Cancelled int // left unfinished at the end of the run; calls: withdrawn by their callers too

	Retries  int // attempts asked for after application failures, charged to Retries
	Reruns   int // attempts asked for after crashes
	TimedOut int // attempts, of all runs of a function
	Hedges   int // second attempts, see Options.Hedge
	Waiting  int // results that the reader has not taken; calls have none
	Refused  int // calls of a function: it had accepted as many as it may
	Window   int // how many may be outstanding: taken and not delivered; 0 without a limit
	Runs     int // of a function, under way
	Release  int // of its body: the redeploys so far
	Dropped  int // events that observers were too slow for

	// Of those that Pending and Retrying count: what waits without a container, and why. And how many attempts the other side has
	// refused, see policy.Throttled.
	Held      Held
	Throttled int

	Paused   bool // nothing begins: it is paused, or the function whose containers serve it
	Readable bool // the reader could take a result at once; in an ordered run, that of the next input

	Journaled // of a run with a Journal
}

// ContainerView is what a container does now.
type ContainerView struct {
	ID      int
	Lineage int
	Machine string        // where it is; empty: on this one
	Release int           // of the body that it started with
	Run     uint64        // whose inputs it executes; 0 for none
	Input   int           // that it executes, the first of several; -1 for none
	Attempt int           // of that input
	Inputs  int           // how many it executes; of a Runtime's, how many were sent to it
	Since   time.Duration // how long it has executed that, or an input before it that was claimed together with it

	Memory      int64 // in use, in bytes; 0 if unknown: a goroutine has none of its own
	MemoryLimit int64 // 0 for none
}
