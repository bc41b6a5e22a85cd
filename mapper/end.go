package mapper

import (
	"context"
	"errors"
	"time"

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
	if e.batcher != nil {
		e.batcher.close()
	}
	if e.p.deployed == nil {
		e.p.shut()
	} else {
		e.p.detach(e)
		go e.clear()
	}
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

// reason is what a joined run has to say for itself: why it ended, or that the exit of a
// container of its own has failed.
func (e *engine[In, Out]) reason() error {
	if cause := e.cause(); cause != nil || e.p.deployed != nil {
		return cause
	}
	if err := e.p.exitErr.Load(); err != nil {
		return err
	}
	return nil
}

// join waits until nothing of the run is left: containers, feeder, events. An
// iterator that blocks for ever cannot be ended from outside; after Grace its
// goroutine is left to it.
func (e *engine[In, Out]) join() {
	if e.p.deployed == nil {
		e.p.join()
		if !e.checkEnd() { // the pool may have seen the end of the context first
			e.finish(errDeserted)
		}
	} else {
		<-e.cleared
	}
	if e.feed != nil {
		e.feed.join(e.opts.Grace)
	}
	if e.p.deployed == nil && e.p.finished != nil {
		<-e.p.finished
	}
}

// closeEvents is the last event of a run of its own, and the end of its observer.
func (p *pool[In, Out]) closeEvents(e *engine[In, Out]) {
	defer close(p.finished)
	p.join()
	e.checkEnd()
	e.unwatch(supervisor.RunEnded, e.cause())
	p.events.Close(p.opts.Grace)
	e.view.seal()
}

// stop ends the run because its caller wants no more of it.
func (e *engine[In, Out]) stop() {
	e.stopOnce.Do(func() { close(e.stopped) })
	e.finish(ErrStopped)
}

// clear waits until no worker serves the run any more, and says so. The attempts are
// cancelled; whoever ignores that for Grace is abandoned, as at the end of a pool. It
// is the last goroutine of a run on a function's pool.
func (e *engine[In, Out]) clear() {
	defer close(e.cleared)
	defer e.p.deployed.runEnded(e)
	gone := func() bool { return e.visitors.Load() == 0 }
	patience := max(e.opts.Grace, time.Millisecond)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for late := time.Now().Add(patience); !gone(); {
		e.left.sleep(gone, timer.C)
		if now := time.Now(); !now.Before(late) && !gone() {
			e.abandonVisitors()
			late = now.Add(patience)
			timer.Reset(patience)
		}
	}
}

// abandonVisitors gives up the containers that still execute an input of the run.
func (e *engine[In, Out]) abandonVisitors() {
	for h := range e.p.hosts {
		for _, w := range h.slots {
			if w.serves.Load() == e && w.holds(e) {
				h.giveUp()
				break
			}
		}
	}
}
