package mapper

import (
	"context"
	"errors"

	"github.com/longshore-go/longshore/supervisor"
)

// lostError says that the container was lost while it executed a batch.
type lostError struct{ error }

// callRemoteBatch sends a batch, as one input of a function over slices.
func (w *worker[In, Out]) callRemoteBatch(ctx context.Context, inputs []In) (values []Out, failure error) {
	failure = errNotBegun
	job := supervisor.Chunk{Inputs: []any{inputs}, Timeout: w.p.opts.Timeout}
	job.Deadline, _ = w.parent.Deadline()
	err := w.h.instance.remote.Run(ctx, job, func(_ int, value any, err error) {
		values, _ = value.([]Out)
		failure = err
	})
	if err != nil {
		return nil, &lostError{err}
	}
	w.h.weigh()
	return values, failure
}

// errNotBegun is what comes of a batch that the runtime has not reported.
var errNotBegun = errors.New("mapper: batch not begun")

// lostBatch settles a batch whose container is gone.
func (w *worker[In, Out]) lostBatch(lost *lostError) *supervisor.CrashError {
	crash, _ := asCrash(lost.error)
	began := w.started.Swap(0)
	switch {
	case began < 0:
		w.p.timedOut.Add(1)
		w.h.killed.Store(true)
		w.surrenderTo(verdict{err: &TimeoutError{Timeout: w.p.opts.Timeout, Crash: crash}})
		return nil
	case w.h.killed.Swap(true):
		w.surrenderTo(verdict{})
		return nil
	}
	return crash // the pool tells of it
}
