package supervisor

import (
	"sync/atomic"
	"time"
)

// Kind names what happened.
type Kind string

// The kinds of events.
const (
	RunStarted         Kind = "run_started"
	RunEnded           Kind = "run_ended" // Err says why, nil when every input was settled
	ContainerStarted   Kind = "container_started"
	ContainerReady     Kind = "container_ready"
	ContainerCrashed   Kind = "container_crashed"   // Err is the *CrashError, Next the next start
	ContainerStopped   Kind = "container_stopped"   // in order
	ExitFailed         Kind = "exit_failed"         // the exit of a container that was entered; Err says how
	ContainerAbandoned Kind = "container_abandoned" // it ignored its cancelled context
	CrashLoopOpened    Kind = "crash_loop_opened"   // deployed: starts are slowed from now on, the next is at Next
	CrashLoopClosed    Kind = "crash_loop_closed"   // deployed: starts are free again
	Cutoff             Kind = "cutoff"              // ephemeral: the pool gives up; Err is the *CutoffError
	InputRetried       Kind = "input_retried"       // after Err, at Next
	InputRerun         Kind = "input_rerun"         // after the crash Err
	InputFailed        Kind = "input_failed"        // for good, with Err, by itself and not by the end of the run
)

// Event is one thing that happened to a pool, as a plain value.
type Event struct {
	Time      time.Time
	Kind      Kind
	Function  string
	Container int       // -1 where no container is meant
	Lineage   int       // -1 likewise
	Input     int       // NoInput where no input is meant
	Attempt   int       // of the input, in events about one
	Crashes   int       // in a row, of the lineage
	Next      time.Time // of the next start or attempt; zero when at once, or when there is none
	Err       error
}

// Events passes events to an observer on a goroutine of its own. What the observer
// cannot keep up with is dropped and counted: it never delays the work. An observer
// that panics loses that event and gets the next one.
type Events struct {
	observe func(Event)
	queue   chan Event
	quit    chan struct{}
	done    chan struct{}
	dropped atomic.Int64
}

// How far an observer may lag behind before events are dropped: this far, or so many
// events for each container, since all of them may start in one moment.
const (
	eventQueue         = 1024
	eventsPerContainer = 4
)

// NewEvents starts the passing of a pool's events to observe. A nil observe returns
// nil, and a nil *Events takes events and forgets them. Whoever makes it must Close it.
func NewEvents(observe func(Event), containers int) *Events {
	if observe == nil {
		return nil
	}
	room := max(eventQueue, eventsPerContainer*containers)
	e := &Events{observe: observe, queue: make(chan Event, room), quit: make(chan struct{}), done: make(chan struct{})}
	go e.pass()
	return e
}

// Emit queues an event, or counts it as dropped when the queue is full. It never
// blocks and is safe for concurrent use; after Close events are forgotten.
func (e *Events) Emit(ev Event) {
	if e == nil {
		return
	}
	ev.Time = time.Now()
	select {
	case e.queue <- ev:
	default:
		e.dropped.Add(1)
	}
}

// Dropped is the number of events that the observer was too slow for, or lost by
// panicking.
func (e *Events) Dropped() int64 {
	if e == nil {
		return 0
	}
	return e.dropped.Load()
}

// Close ends the passing and waits, at most for grace, until the observer has seen
// what was queued.
func (e *Events) Close(grace time.Duration) {
	if e == nil {
		return
	}
	close(e.quit)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-e.done:
	case <-timer.C:
		e.drop()
	}
}

// drop counts what is queued as dropped: the observer is stuck.
func (e *Events) drop() {
	for {
		select {
		case <-e.queue:
			e.dropped.Add(1)
		default:
			return
		}
	}
}

func (e *Events) pass() {
	defer close(e.done)
	for {
		select {
		case ev := <-e.queue:
			e.show(ev)
		case <-e.quit:
			e.rest()
			return
		}
	}
}

// rest passes what is queued at the end.
func (e *Events) rest() {
	for {
		select {
		case ev := <-e.queue:
			e.show(ev)
		default:
			return
		}
	}
}

func (e *Events) show(ev Event) {
	defer func() {
		if recover() != nil {
			e.dropped.Add(1)
		}
	}()
	e.observe(ev)
}
