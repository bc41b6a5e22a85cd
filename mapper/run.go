package mapper

import (
	"errors"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Run is the handle to a run. Its methods are safe for concurrent use, but its
// results go to one reader: use [Run.All] or [Run.Results], once.
type Run[In, Out any] struct {
	e    *engine[In, Out]
	room int // of the channel

	mu      sync.Mutex
	channel chan Result[In, Out]
	read    bool
	reading bool // the sender has seen the reader after the end of the context
	unread  atomic.Bool
	sent    chan struct{} // closed when the sender has ended; nil without one
}

// How many results may wait in a channel at most, where a run is made for one and where
// it may be asked for one. They are part of Outstanding: the window is smaller by as many.
const (
	channelRoom = 128
	handleRoom  = 64
)

// After the caller's context has ended, a reader who takes no result while the sender
// looks so many times, or later within linger, is taken to have left.
const (
	glimpses = 500_000 // some 100 ms of yielding
	linger   = 200 * time.Millisecond
)

func newRun[In, Out any](e *engine[In, Out], room int) *Run[In, Out] {
	room = min(room, e.opts.Outstanding/8)
	e.bound(e.opts.Outstanding - room)
	return &Run[In, Out]{e: e, room: room}
}

// All yields the results as they come, in the order of the inputs unless Unordered,
// on the caller's own goroutine: it blocks while it waits for the next one. The loop
// ends when the run has ended and nothing of it is left. Leaving the loop early stops
// the run and joins it before the loop statement returns, for which running attempts
// have Grace. All is for one use: a second one yields nothing.
func (r *Run[In, Out]) All() iter.Seq[Result[In, Out]] {
	return func(yield func(Result[In, Out]) bool) {
		if r.claim() {
			r.e.emit(yield)
		}
	}
}

// Results returns the results as a channel, the same one at each call. It is closed
// when the run has ended and nothing of it is left. Read it to the end, cancel the
// run's context, or call Stop: otherwise the run waits for its reader for ever. A
// reader who takes no result for about 100 ms after the context has ended, or after
// Stop, is taken to have left: what it has not read is dropped, which [Run.Wait]
// reports. After [Run.All] it is closed and empty.
func (r *Run[In, Out]) Results() <-chan Result[In, Out] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.channel == nil {
		r.channel = make(chan Result[In, Out], r.room)
		if r.read {
			close(r.channel)
		} else {
			r.read = true
			r.sent = make(chan struct{})
			go r.send()
		}
	}
	return r.channel
}

// claim makes the caller the reader of the run, if it is the first.
func (r *Run[In, Out]) claim() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	mine := !r.read
	r.read = true
	return mine
}

// send is the goroutine between the run and its channel.
func (r *Run[In, Out]) send() {
	defer close(r.sent)
	defer close(r.channel)
	r.e.emit(func(res Result[In, Out]) bool {
		select {
		case r.channel <- res:
			return true
		default:
		}
		sent := r.sendSlow(res)
		r.unread.CompareAndSwap(false, !sent)
		return sent
	})
}

// sendSlow waits for a slow reader while the run's caller wants results, and for one
// who may have left only for a while.
func (r *Run[In, Out]) sendSlow(res Result[In, Out]) bool {
	select {
	case r.channel <- res:
		return true
	case <-r.e.caller.Done():
	case <-r.e.stopped:
	}
	if !r.reading {
		r.reading = r.glimpse(res)
		return r.reading
	}
	timer := time.NewTimer(linger)
	defer timer.Stop()
	select {
	case r.channel <- res:
		return true
	case <-timer.C:
		return false
	}
}

// glimpse finds out whether somebody still reads after the caller's context has
// ended. It yields instead of sleeping: nobody may ever advance the clock again, as
// at the end of a synctest bubble.
func (r *Run[In, Out]) glimpse(res Result[In, Out]) bool {
	for range glimpses {
		select {
		case r.channel <- res:
			return true
		default:
			runtime.Gosched()
		}
	}
	return false
}

// Stop ends the run gently and returns at once: nothing new begins, running attempts
// are cancelled, and unfinished inputs fail with [ErrStopped], each in its own Result
// with ReturnExceptions, the first of them without. An attempt that still succeeds
// within Grace is a success. Stopping twice, or a run that has ended, does nothing.
func (r *Run[In, Out]) Stop() { r.e.stop() }

// Wait blocks until the run has ended and nothing of it is left, and returns nil or
// why it ended: the *[InputError] of the input that ended it, the cause of its
// context's end, a *supervisor.CutoffError, a *[SourceError], or [ErrStopped]. With
// ReturnExceptions failed inputs are results and no reason to end. Results that were
// dropped because nobody read them are reported as [ErrUnread]. Where nothing worse has
// happened, the first *[ExitError] of the run's own containers is returned.
//
// A run waits for the reader of its results: Wait before they are read, or without
// another goroutine that reads them, waits for ever once Outstanding are unread.
func (r *Run[In, Out]) Wait() error {
	r.e.join()
	if r.dropped() {
		return errors.Join(r.e.reason(), ErrUnread)
	}
	return r.e.reason()
}

// dropped reports that results were dropped. Once the reader may have left, that is
// known as soon as the sender has made up its mind.
func (r *Run[In, Out]) dropped() bool {
	r.mu.Lock()
	sending := r.sent != nil
	r.mu.Unlock()
	if !sending {
		return false
	}
	select {
	case <-r.e.caller.Done():
	case <-r.e.stopped:
	default:
		return false
	}
	<-r.sent
	return r.unread.Load()
}

// results is the channel of a run that may have failed to start.
func results[In, Out any](r *Run[In, Out], err error) <-chan Result[In, Out] {
	if err == nil {
		return r.Results()
	}
	failed := make(chan Result[In, Out], 1)
	failed <- Result[In, Out]{Index: -1, Err: err}
	close(failed)
	return failed
}
