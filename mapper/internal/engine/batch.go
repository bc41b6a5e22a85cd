package engine

import (
	"slices"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// executeBatch calls the function over a batch and settles every input of it. It reports
// false if the container was given up meanwhile, or is at its end, and how it has crashed.
func (w *Worker) executeBatch(r *Run, batch []*chunk.Chunk) (ok bool, crash *supervisor.CrashError) {
	for _, ch := range batch {
		ch.Grow()
	}
	inputs := r.Batches.Gather(batch)
	if mark := w.markFor(r); mark != nil {
		defer mark.Clear()
		for _, ch := range batch {
			mark.Take(ch.Keys[:ch.N], r.suspects.runs(w))
		}
		mark.BeginAll()
	}
	w.beginBatch(r, batch)
	if r.over.Load() || w.c.Halted() {
		return w.giveBackBatch(r), nil
	}
	values, err := w.callBatch(inputs, firstOf(batch))
	if err == errNotBegun {
		return w.giveBackBatch(r), nil
	}
	if lost, ok := err.(*lostError); ok {
		return false, w.lostBatch(lost)
	}
	if err == errGivenUp {
		w.reclaimAs(w.late(nil))
		return false, nil
	}
	return w.finishBatch(r, batch, values, w.outcomes(r, sizeOf(batch), values, err)), nil
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

// callBatch is one attempt of every input in the batch, the time of the first of which is its.
func (w *Worker) callBatch(inputs any, first *chunk.Task) (values any, err error) {
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
	began := w.clockOn(first)
	values, err = call(ctx, inputs)
	if _, ok := err.(*lostError); ok {
		return nil, err
	}
	if late := w.clockOff(began); late != nil {
		return nil, late
	}
	return values, err
}

// outcomes are those of the inputs of a batch; nil where all have succeeded.
func (w *Worker) outcomes(r *Run, inputs int, returned any, err error) []outcome {
	values := r.Batches.Len(returned, inputs)
	each, ok := guard.As[supervisor.Errors](err)
	if ok && len(each) == 0 {
		err = nil
	}
	switch {
	case len(each) > 0 && len(each) != inputs, (err == nil || slices.Contains(each, nil)) && values != inputs:
		return slices.Repeat([]outcome{r.outcomeOf(r.Errors.Length(inputs, values, each))}, inputs)
	case len(each) > 0:
		return r.outcomesOf(each)
	case err == nil:
		return nil
	}
	one := r.outcomeOf(err)
	one.shared = w.splits(r, inputs)
	return slices.Repeat([]outcome{one}, inputs)
}

// outcomesOf are those of inputs that have an error each, or none.
func (r *Run) outcomesOf(each supervisor.Errors) []outcome {
	all := make([]outcome, len(each))
	for i, err := range each {
		if err != nil {
			all[i] = r.outcomeOf(err)
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
	n := 0 // inputs
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
	w.splitBatch(r, n)
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
	w.untried()
	w.letGo()
	return true
}

// decide is [Run.settle] for an input that the worker has executed, alone or with others. The
// caller holds w.mu, and calls splitBatch after the last of a batch.
func (w *Worker) decide(r *Run, t *chunk.Task, o outcome) {
	switch {
	case !o.shared, t.Deadline > 0 && r.s.Now() >= t.Deadline:
		r.settle(t, o)
	case r.wasLast(t, o):
		r.emitInput(supervisor.InputRetried, t, 0)
		w.undecided = append(w.undecided, t)
	}
}

// splits reports that a batch of n that fails for good with one error is executed again in parts.
func (w *Worker) splits(r *Run, n int) bool {
	return n > 1 && !r.AtMostOnce && !w.c.Release().Body.Whole
}

// splitBatch has those of a batch of n executed again that are undecided. The caller holds w.mu.
func (w *Worker) splitBatch(r *Run, n int) {
	if len(w.undecided) > 0 {
		r.backlog.Split(w.undecided, n)
		w.undecided = nil
	}
}
