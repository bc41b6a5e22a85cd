package mapper

import (
	"context"
	"errors"

	"github.com/longshore-go/longshore/supervisor"
)

// ending is why a run is over: a nil cause when every input was settled, and the input
// that failed, if that was it.
type ending[In, Out any] struct {
	cause  error
	failed *record[In, Out]
}

// errDeserted ends a run without containers that nothing has ended: better than to wait
// for ever.
var errDeserted = errors.New("mapper: all containers have ended before the run (a bug in Longshore)")

// checkEnd reports that the run is over. It looks at the context too: an attempt may
// return because of it before anyone has told the run.
func (e *engine[In, Out]) checkEnd() bool {
	if e.end.Load() == nil && e.ctx.Err() != nil {
		e.finish(context.Cause(e.ctx))
	}
	return e.end.Load() != nil
}

// finish ends the run for a reason, nil when every input is settled.
func (e *engine[In, Out]) finish(cause error) { e.finishWith(cause, nil) }

// finishWith ends the run; the first reason counts, and it reports whether this was
// it. Nothing new begins, what runs is cancelled, and whoever sleeps wakes up. The
// containers see by themselves that it is over, and give back what they hold: nobody
// else may have an input in hand then, since the run is joined by waiting for them.
func (e *engine[In, Out]) finishWith(cause error, failed *record[In, Out]) bool {
	if !e.end.CompareAndSwap(nil, &ending[In, Out]{cause, failed}) {
		return false
	}
	e.over.Store(true)
	if cause == nil {
		e.cancel(context.Canceled)
	} else {
		e.cancel(cause)
	}
	e.todo.stop()
	e.lot.close()
	e.reader.wake()
	if e.feed != nil {
		e.feed.space.wake()
	}
	return true
}

// cause is why the run ended, nil while it goes on or when every input was settled.
func (e *engine[In, Out]) cause() error {
	if end := e.end.Load(); end != nil {
		return end.cause
	}
	return nil
}

// join waits until nothing of the run is left: containers, feeder, events. An
// iterator that blocks for ever cannot be ended from outside; after Grace its
// goroutine is left to it.
func (e *engine[In, Out]) join() {
	<-e.pool.Done()
	if !e.checkEnd() { // the pool may have seen the end of the context first
		e.finish(errDeserted)
	}
	if e.feed != nil {
		e.feed.join(e.opts.Grace)
	}
	if e.watched != nil {
		<-e.watched
	}
	if e.finished != nil {
		<-e.finished
	}
}

func (e *engine[In, Out]) closeEvents() {
	defer close(e.finished)
	<-e.pool.Done()
	e.checkEnd()
	e.events.Emit(supervisor.Event{Kind: supervisor.RunEnded, Function: e.opts.Name, Container: -1, Lineage: -1, Input: supervisor.NoInput, Err: e.cause()})
	e.events.Close(e.opts.Grace)
}

// stop ends the run because its caller wants no more of it.
func (e *engine[In, Out]) stop() {
	e.stopOnce.Do(func() { close(e.stopped) })
	e.finish(ErrStopped)
}
