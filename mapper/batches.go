package mapper

import (
	"context"
	"errors"

	"github.com/longshore-go/longshore/supervisor"
)

// executeBatch calls the function over a batch and settles every input of it. It reports
// false if the container was given up meanwhile, or is at its end, and how it has crashed.
func (w *worker[In, Out]) executeBatch(e *engine[In, Out], batch []*chunk[In, Out]) (ok bool, crash *supervisor.CrashError) {
	var inputs []In
	for _, ch := range batch {
		ch.size(len(ch.in))
		inputs = append(inputs, ch.in...)
	}
	w.beginBatch(e, batch)
	if e.over.Load() || w.h.retiring.Load() {
		return w.giveBackBatch(e), nil
	}
	values, err := w.callBatch(inputs)
	if err == errNotBegun {
		return w.giveBackBatch(e), nil
	}
	if lost, ok := errors.AsType[*lostError](err); ok {
		return false, w.lostBatch(lost)
	}
	if err == errGivenUp {
		w.surrenderTo(w.late())
		return false, nil
	}
	return w.finishBatch(e, batch, values, w.verdicts(e, len(inputs), len(values), err)), nil
}

// beginBatch takes a batch in hand.
func (w *worker[In, Out]) beginBatch(e *engine[In, Out], batch []*chunk[In, Out]) {
	w.awaken()
	w.useContext(e)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.e, w.batch, w.since = e, batch, w.p.now()
	w.heed()
}

// callBatch is one attempt of every input in the batch.
func (w *worker[In, Out]) callBatch(inputs []In) ([]Out, error) {
	ctx := context.Context(w.ctx.Load())
	call := w.h.instance.batch
	if w.h.instance.remote != nil {
		call = w.callRemoteBatch
	}
	if w.p.opts.Timeout == 0 {
		return call(ctx, inputs)
	}
	began := w.clockOn()
	values, err := call(ctx, inputs)
	if _, ok := errors.AsType[*lostError](err); ok {
		return nil, err
	}
	if late := w.clockOff(began); late != nil {
		return nil, late
	}
	return values, err
}

// verdicts are those on the inputs of a batch; nil where all have succeeded.
func (w *worker[In, Out]) verdicts(e *engine[In, Out], inputs, values int, err error) []verdict {
	var each Errors
	if errors.As(err, &each) && len(each) == 0 {
		err = nil
	}
	switch {
	case len(each) > 0 && len(each) != inputs:
		each, err = nil, &LengthError{Inputs: inputs, Values: values, Errors: each}
	case (err == nil || someCount(each)) && values != inputs:
		each, err = nil, &LengthError{Inputs: inputs, Values: values, Errors: each}
	case err == nil:
		return nil
	}
	all := make([]verdict, inputs)
	for i := range all {
		switch {
		case len(each) == 0:
			all[i] = e.verdictOn(err)
		case each[i] != nil:
			all[i] = e.verdictOn(each[i])
		}
	}
	return all
}

// finishBatch settles the inputs of a batch. It reports false if the batch was taken away
// meanwhile.
func (w *worker[In, Out]) finishBatch(e *engine[In, Out], batch []*chunk[In, Out], values []Out, verdicts []verdict) bool {
	w.mu.Lock()
	if w.batch == nil {
		w.mu.Unlock()
		return false
	}
	n := 0
	for _, ch := range batch {
		lo, attempt, inputs := ch.lo, ch.attempt(), len(ch.in)
		for i := range ch.in {
			if verdicts == nil || verdicts[n].err == nil {
				ch.out[i] = values[n]
			} else {
				w.settleAt(e, ch, i, verdicts[n])
			}
			n++
		}
		w.publish(e, ch, inputs)
		if w.p.detail {
			w.ended(e, lo, attempt, inputs, w.p.now()-w.since, w.takeFailures())
		}
	}
	w.batch, w.e = nil, nil
	w.mu.Unlock()
	w.proven = true
	w.h.c.Finished(n)
	return true
}

// giveBackBatch gives a batch back that was not begun: the run is over.
func (w *worker[In, Out]) giveBackBatch(e *engine[In, Out]) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.batch == nil {
		return false
	}
	for _, ch := range w.batch {
		e.todo.giveBack(ch)
	}
	w.batch, w.e = nil, nil
	return true
}
