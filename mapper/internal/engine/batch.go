package engine

import (
	"errors"
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// executeBatch calls the function over a batch and settles every input of it. It reports
// false if the container was given up meanwhile, or is at its end, and how it has crashed.
func (w *Worker) executeBatch(r *Run, batch []*chunk.Chunk) (ok bool, crash *supervisor.CrashError) {
	n := 0
	for _, ch := range batch {
		ch.Grow()
		n += ch.N
	}
	inputs := r.Batches.Gather(batch)
	w.beginBatch(r, batch)
	if r.over.Load() || w.c.Halted() {
		return w.giveBackBatch(r), nil
	}
	values, err := w.callBatch(inputs)
	if err == errNotBegun {
		return w.giveBackBatch(r), nil
	}
	if lost, ok := errors.AsType[*lostError](err); ok {
		return false, w.lostBatch(lost)
	}
	if err == errGivenUp {
		w.reclaimAs(w.late())
		return false, nil
	}
	return w.finishBatch(r, batch, values, r.outcomes(n, r.Batches.Len(values), err)), nil
}

// beginBatch takes a batch in hand.
func (w *Worker) beginBatch(r *Run, batch []*chunk.Chunk) {
	w.awaken()
	w.span.Set(1, 1)
	w.useContext(r, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run, w.batch, w.since = r, batch, w.s.Now()
	w.heed()
}

// callBatch is one attempt of every input in the batch.
func (w *Worker) callBatch(inputs any) (values any, err error) {
	ctx := attempt.Enter[any](w.ctx.Load(), 0)
	var call BatchCall
	if w.c.Instance().Remote != nil {
		call = w.callRemoteBatch
	} else {
		call = w.c.Instance().Call.(BatchCall)
	}
	if w.s.Timeout == 0 {
		return call(ctx, inputs)
	}
	began := w.clockOn()
	values, err = call(ctx, inputs)
	if _, ok := errors.AsType[*lostError](err); ok {
		return nil, err
	}
	if late := w.clockOff(began); late != nil {
		return nil, late
	}
	return values, err
}

// outcomes are those of the inputs of a batch; nil where all have succeeded.
func (r *Run) outcomes(inputs, values int, err error) []outcome {
	var each supervisor.Errors
	if errors.As(err, &each) && len(each) == 0 {
		err = nil
	}
	switch {
	case len(each) > 0 && len(each) != inputs:
		each, err = nil, r.Errors.Length(inputs, values, each)
	case (err == nil || slices.Contains(each, nil)) && values != inputs:
		each, err = nil, r.Errors.Length(inputs, values, each)
	case err == nil:
		return nil
	}
	all := make([]outcome, inputs)
	for i := range all {
		switch {
		case len(each) == 0:
			all[i] = r.outcomeOf(err)
		case each[i] != nil:
			all[i] = r.outcomeOf(each[i])
		}
	}
	return all
}

// finishBatch settles the inputs of a batch. It reports false if the batch was taken away
// meanwhile.
func (w *Worker) finishBatch(r *Run, batch []*chunk.Chunk, values any, outcomes []outcome) bool {
	w.mu.Lock()
	if w.batch == nil {
		w.mu.Unlock()
		return false
	}
	n := 0
	for _, ch := range batch {
		lo, attempt, inputs := ch.Lo, ch.Attempt(), ch.N
		r.Batches.Place(ch, values, n)
		for i := range inputs {
			if outcomes != nil && outcomes[n+i].err != nil {
				w.settleAt(r, ch, i, outcomes[n+i])
			}
		}
		n += inputs
		w.publish(r, ch, inputs)
		if w.s.Detail() {
			w.tell(r, lo, attempt, inputs, w.s.Now()-w.since, w.takeFailures())
		}
	}
	w.letGo()
	begun, says := w.since, !w.interrupted
	w.mu.Unlock()
	if says {
		w.finished(n, begun)
	}
	return true
}

// giveBackBatch gives a batch back that was not begun: the run is over.
func (w *Worker) giveBackBatch(r *Run) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.batch == nil {
		return false
	}
	for _, ch := range w.batch {
		r.backlog.Return(ch)
	}
	w.letGo()
	return true
}
