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
		r.Err, r.Attempts, r.Unfinished = ch.Task.Err, ch.Task.Attempts, ch.Task.Ended
	}
	if ch.Lo < 0 {
		r.Unfinished = false // it is no input
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

// Pause has no further attempt begin until [Run.Resume]: neither of a fresh input nor a retry. What executes goes on, with what was
// sent to a worker process together with it, and its Timeout too. Pause returns at once. A run that is paused still ends with
// its context and by Stop. To pause twice, or a run that has ended, does nothing.
func (r *Run[In, Out]) Pause() { r.h.e.Pause() }

// Resume ends a pause: attempts begin again. It returns at once. Without a pause it does nothing, and it ends none of the
// function that the run is on.
func (r *Run[In, Out]) Resume() { r.h.e.Resume() }

// Done returns a channel, the same one at each call, that is closed when the run has ended and nothing of it executes: when
// [Run.Wait] would return at once. It is for a select beside other things. Like Wait it is of no use without a reader, for
// whom a run waits. Done does not block.
func (r *Run[In, Out]) Done() <-chan struct{} { return r.doneChannel() }

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
