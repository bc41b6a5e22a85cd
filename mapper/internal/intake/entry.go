package intake

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// Why an [Entry] lets nobody in.
var (
	ErrOver   = errors.New("intake: the run is over")
	ErrClosed = errors.New("intake: the entry is closed")
)

// Entry is where inputs are submitted to a source that nobody pulls for, by any number of goroutines. One at a time is inside:
// it has waited for room, and puts its input into the source. (A puller that is fed by a channel would do, and cost each
// input a change of goroutines.)
type Entry struct {
	to     entered
	over   *atomic.Bool
	inside chan struct{} // is full while somebody is
	look   chan struct{} // has whoever is inside look again
	closed atomic.Bool
}

// entered is a source that has an entry.
type entered interface {
	Pulled
	hasRoom() bool
}

func newEntry(to entered, over *atomic.Bool) *Entry {
	return &Entry{to: to, over: over, inside: make(chan struct{}, 1), look: make(chan struct{}, 1)}
}

// Enter waits until the caller is inside and there is room for its input, who leaves by Leave. The errors, with which it is
// not inside, are the cause of ctx, ErrOver and ErrClosed.
func (e *Entry) Enter(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case e.inside <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := e.await(ctx); err != nil {
		e.Leave()
		return err
	}
	return nil
}

// await waits for room.
func (e *Entry) await(ctx context.Context) error {
	for {
		switch {
		case e.over.Load():
			return ErrOver
		case e.closed.Load():
			return ErrClosed
		case e.to.hasRoom():
			return nil
		}
		select {
		case <-e.look:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Leave lets the next in.
func (e *Entry) Leave() { <-e.inside }

// Close lets nobody in any more, and reports that it is the first to do so. What was let in is in the source by then, and
// all that there will be.
func (e *Entry) Close() bool {
	if e.closed.Swap(true) {
		return false
	}
	e.wake()
	e.inside <- struct{}{}
	e.to.End()
	e.Leave()
	return true
}

func (e *Entry) wake() {
	select {
	case e.look <- struct{}{}:
	default:
	}
}

// join waits, in a run that is over, for whoever is inside: at most for grace, since what looks at an input may be code of
// the user's.
func (e *Entry) join(grace time.Duration) {
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case e.inside <- struct{}{}:
		e.Leave()
	case <-late.C:
	}
}
