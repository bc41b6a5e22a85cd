package mapper

import (
	"errors"
	"iter"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// Run is the handle to a run. Its methods are safe for concurrent use, but its
// results go to one reader: use [Run.All] or [Run.Results], once.
type Run[In, Out any] struct {
	reading
	channel chan Result[In, Out] // guarded by the reading's lock
}

// All yields the results as they come, in the order of the inputs unless Unordered,
// on the caller's own goroutine: it blocks while it waits for the next one. The loop
// ends when the run has ended and nothing of it is left. Leaving the loop early stops
// the run and joins it before the loop statement returns, for which running attempts
// have Grace. All is for one use: a second one yields nothing.
func (r *Run[In, Out]) All() iter.Seq[Result[In, Out]] {
	return func(yield func(Result[In, Out]) bool) {
		if r.claim() {
			r.emit(yield)
		}
	}
}

// Results returns the results as a channel, the same one at each call. It is closed
// when the run has ended and every result is in it. Read it to the end, cancel the
// run's context, or call Stop: otherwise the run waits for its reader for ever. After
// the end of the context, or Stop, nothing waits for the reader and nothing is lost to
// one who goes on, however slowly: what does not fit into the channel follows as it reads.
// One who has left leaves no goroutine; after an hour without a read the rest is
// dropped. [Run.Wait] reports what is unread. After [Run.All] it is closed and empty.
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
			go (&sender[In, Out]{run: r}).send()
		}
	}
	return r.channel
}

// emit yields every result of the run in its order, until the run is over and nothing of it
// is left. If the reader leaves before, by yield returning false, by a panic or by
// runtime.Goexit, the run is stopped and joined.
func (r *Run[In, Out]) emit(yield func(Result[In, Out]) bool) {
	defer r.h.join()
	defer r.h.e.Stop() // nothing where the run is over
	for ch := r.h.e.Next(); ch != nil; ch = r.h.e.Next() {
		if !hand(ch, 0, yield) {
			return
		}
		r.h.e.Delivered(ch)
	}
}

// hand yields the results of a chunk, those from position at on. A chunk without an input says
// why the run ended.
func hand[In, Out any](ch *chunk.Chunk, at int, yield func(Result[In, Out]) bool) bool {
	r := Result[In, Out]{Index: -1, Attempts: 1}
	if ch.Task != nil {
		r.Err, r.Attempts = ch.Task.Err, ch.Task.Attempts
	}
	if ch.Lo < 0 {
		return at > 0 || yield(r)
	}
	p := typed.Of[In, Out](ch)
	for i := at; i < ch.N; i++ {
		r.Index, r.Input, r.Value = ch.Lo+i, p.In[i], p.Out[i]
		if !yield(r) {
			return false
		}
	}
	return true
}

// Stop ends the run gently and returns at once: nothing new begins, running attempts
// are cancelled, and unfinished inputs fail with [ErrStopped], each in its own Result
// with ReturnExceptions, the first of them without. An attempt that still succeeds
// within Grace is a success. Stopping twice, or a run that has ended, does nothing.
func (r *Run[In, Out]) Stop() { r.h.e.Stop() }

// Wait blocks until the run has ended and nothing of it executes, and returns nil or
// why it ended: the *[InputError] of the input that ended it, the cause of its
// context's end, a *supervisor.CutoffError, a *[SourceError], or [ErrStopped]. With
// ReturnExceptions failed inputs are results and no reason to end. Results that nobody has
// read by then although they are finished are reported as [ErrUnread]. Where nothing worse has
// happened, the first *[ExitError] of the run's own containers is returned.
//
// A run waits for the reader of its results. So call Wait when they are read, or while
// another goroutine reads them: else it waits for ever, once Outstanding are unread.
func (r *Run[In, Out]) Wait() error {
	r.h.join()
	if r.isUnread() {
		return errors.Join(r.h.e.Reason(), ErrUnread)
	}
	return r.h.e.Reason()
}

// channelOf is the channel of a run that may have failed to start.
func channelOf[In, Out any](r *Run[In, Out], err error) <-chan Result[In, Out] {
	if err == nil {
		return r.Results()
	}
	failed := make(chan Result[In, Out], 1)
	failed <- Result[In, Out]{Index: -1, Err: err}
	close(failed)
	return failed
}
