package engine

import (
	"context"
	"errors"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/intake"
)

// errDeserted ends a run without containers that nothing has ended: better than to wait for
// ever.
var errDeserted = errors.New("mapper: all containers have ended before the run (a bug in Longshore)")

// Begin has the end of its context, or of its inputs, end the run. Where the pool is its own, the pool watches the context.
func (r *Run) Begin() {
	if r.Owner != nil {
		context.AfterFunc(r.ctx, func() { r.checkEnd() })
	}
	r.settled(0)
}

// settled ends the run with its last input.
func (r *Run) settled(n int64) {
	if !r.Lasting && r.isAll(int(n)) {
		r.Finish(r.missing)
	}
}

// isAll reports that there are so many inputs and no more.
func (r *Run) isAll(n int) bool {
	if r.frontier != nil {
		return r.frontier.Settled(n)
	}
	return n == r.src.Total()
}

// SourceEnded is told that the iterator has, and why inputs are missing, if some are: that is how the run ends when
// those before them are settled.
func (r *Run) SourceEnded(missing error) {
	if missing != nil {
		r.missing = missing // before the end is known, when anybody may end the run
		r.src.(intake.Pulled).End()
	}
	r.settled(r.succeeded.Load() + r.failed.Load())
	r.Wake() // a batch need not wait any longer
}

// checkEnd reports that the run is over. It looks at the context too: an attempt may return
// because of it before anyone has told the run.
func (r *Run) checkEnd() bool {
	if r.ending.Load() == nil && r.ctx.Err() != nil {
		r.Finish(context.Cause(r.ctx))
	}
	return r.ending.Load() != nil
}

// Finish ends the run for a reason, nil when every input is settled.
func (r *Run) Finish(cause error) { r.finishWith(cause, nil) }

// finishWith ends the run; the first reason counts, and it reports whether this was it.
// Nothing new begins, what runs is cancelled, and whoever sleeps wakes up. The containers see
// by themselves that it is over, and give back what they hold: nobody else may have an input
// in hand then, since the run is joined by waiting for them.
func (r *Run) finishWith(cause error, failed *chunk.Task) bool {
	if !r.ending.CompareAndSwap(nil, &ending{cause: cause, failed: failed}) {
		if r.gentle() {
			r.cancel(cause) // at once, after all
		}
		return false
	}
	r.over.Store(true)
	if r.keeper != nil && cause != nil {
		r.keeper.Excuse()
	}
	if cause == nil {
		r.cancel(context.Canceled)
	} else {
		r.cancel(cause)
	}
	r.close()
	return true
}

// finishSoon ends the run for a reason, and what executes finishes and counts. It is for a run with a pool of its own.
func (r *Run) finishSoon(cause error) {
	if !r.ending.CompareAndSwap(nil, &ending{cause: cause, gentle: true}) {
		return
	}
	r.over.Store(true)
	go r.s.Dismiss() // it may wait for the pool, who may be the caller
	r.close()
}

// gentle reports that the run is over, and that what executes finishes all the same.
func (r *Run) gentle() bool {
	end := r.ending.Load()
	return end != nil && end.gentle && r.ctx.Err() == nil
}

// close has nothing new begin in a run that is over, and whoever sleeps wake up.
func (r *Run) close() {
	r.backlog.Stop()
	r.suspects.stop()
	if r.former != nil {
		r.former.close()
	}
	if r.hedger != nil {
		r.hedger.stop()
	}
	if r.Owner == nil {
		r.s.Shut()
	} else {
		r.s.detach(r)
		go r.clear()
	}
	r.reader.Wake()
	if src, ok := r.src.(intake.Pulled); ok {
		src.Room()
	}
}

// Over reports that nothing new of it may begin.
func (r *Run) Over() bool { return r.over.Load() }

// Cause is why the run ended, nil while it goes on or when every input was settled.
func (r *Run) Cause() error {
	if end := r.ending.Load(); end != nil {
		return end.cause
	}
	return nil
}

// Reason is what a joined run has to say for itself: why it ended, or that the exit of a
// container of its own has failed.
func (r *Run) Reason() error {
	if cause := r.Cause(); cause != nil || r.Owner != nil {
		return cause
	}
	return r.s.ExitErr()
}

// Join waits until nothing of the run executes any more: containers, the puller. An iterator
// that blocks for ever cannot be ended from outside; after Grace its goroutine is left to it.
func (r *Run) Join() {
	if r.Owner == nil {
		r.s.Join()
		r.backlog.Join()
		r.s.CloseGates()
		if r.gentle() {
			r.cancel(r.Cause())
		}
		r.closeKeeper()
		if !r.checkEnd() { // the pool may have seen the end of the context first
			r.Finish(errDeserted)
		}
	} else {
		<-r.cleared
		r.backlog.Join()
		r.closeKeeper()
	}
	if src, ok := r.src.(intake.Pulled); ok {
		src.Join(r.Grace)
	}
}

// closeKeeper is the end of the journal: no worker has anything for it any more.
func (r *Run) closeKeeper() {
	if r.keeper != nil {
		var returned []*chunk.Chunk
		if r.AtMostOnce {
			returned = r.backlog.Returned()
		}
		r.keeper.Close(returned)
	}
}

// Cleared is closed when no worker serves a run on a function's pool any more.
func (r *Run) Cleared() <-chan struct{} { return r.cleared }

// Stop ends the run because its caller wants no more of it.
func (r *Run) Stop() {
	if r.stopped != nil {
		r.stopOnce.Do(func() { close(r.stopped) })
	}
	r.Finish(ErrStopped)
}

// clear waits until no worker serves the run any more, and says so. The attempts are
// cancelled; whoever ignores that for Grace is abandoned, as at the end of a pool. It is the
// last goroutine of a run on a function's pool.
func (r *Run) clear() {
	defer close(r.cleared)
	defer r.Owner.Left(r)
	gone := func() bool { return r.visitors.Load() == 0 }
	patience := max(r.Grace, time.Millisecond)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for late := time.Now().Add(patience); !gone(); {
		r.lastLeft.Sleep(gone, timer.C)
		if now := time.Now(); !now.Before(late) && !gone() {
			r.abandonVisitors()
			late = now.Add(patience)
			timer.Reset(patience)
		}
	}
}

// abandonVisitors gives up the containers that still execute an input of the run.
func (r *Run) abandonVisitors() {
	for c := range r.s.Containers {
		for _, w := range c.Workers() {
			if w := w.(*Worker); w.serves.Load() == r && w.holds(r) {
				c.GiveUp()
				break
			}
		}
	}
}

// Cancel is the end of a run that nothing was started for.
func (r *Run) Cancel() { r.cancel(nil) }
