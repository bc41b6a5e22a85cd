package mapper

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Here, and only here, an input's fate is decided: done, another attempt at T, or
// failed for good. What becomes of the container is not known here.

// verdict is what an attempt's error says about another attempt. It is read before any
// lock is taken: the error's methods are the user's code.
type verdict struct {
	err       error // without the wrappers that say the rest
	permanent bool
	delay     time.Duration
	asked     bool // for delay
}

// verdictOn asks only what matters: of a thousand attempts that a cancelled context ends,
// nobody wants to know whether to try again.
func (e *engine[In, Out]) verdictOn(err error) verdict {
	if e.checkEnd() {
		return verdict{err: err}
	}
	v := verdict{err: policy.Cause(err)}
	if e.opts.Retries.MaxRetries > 0 && !e.opts.AtMostOnce {
		v.permanent = policy.IsPermanent(err)
		v.delay, v.asked = policy.RetryDelay(err)
	}
	return v
}

// verdictIn is verdictOn for an attempt of an input in ch. What the attempt of a call
// returns whose context has ended is that end.
func (e *engine[In, Out]) verdictIn(ch *chunk[In, Out], err error) verdict {
	if ch.rec != nil && ch.rec.call != nil && ch.rec.call.ctx.Err() != nil {
		return verdict{err: context.Cause(ch.rec.call.ctx), permanent: true}
	}
	return e.verdictOn(err)
}

// settle decides about an input whose attempt returned an error.
func (e *engine[In, Out]) settle(rec *record[In, Out], v verdict) {
	rec.err = v.err
	switch {
	case e.checkEnd():
		e.failAtEnd(rec)
	case rec.call.settled():
		e.fail(rec, rec.err) // cancelled: nobody waits for it
	case rec.retries < e.opts.Retries.MaxRetries && !e.opts.AtMostOnce && !v.permanent:
		e.failures.Add(1)
		e.retry(rec, v)
	default:
		e.failures.Add(1)
		e.fail(rec, rec.err)
	}
}

// retry has the input wait for its next attempt, off the container.
func (e *engine[In, Out]) retry(rec *record[In, Out], v verdict) {
	rec.retries++
	delay := v.delay
	if !v.asked {
		delay = e.opts.Retries.Delay(rec.retries)
	}
	delay = min(delay, forever)
	e.retried.Add(1)
	e.emitInput(supervisor.InputRetried, rec, delay)
	e.todo.retry(rec, e.now()+delay)
}

// struck decides about an input that was executing when its container crashed. In a
// crash loop it is the function that does not work, and no input is charged.
func (e *engine[In, Out]) struck(rec *record[In, Out], crash *supervisor.CrashError, looping bool) {
	rec.err = crash
	switch {
	case e.checkEnd():
		e.failAtEnd(rec)
	case e.opts.AtMostOnce || rec.call.settled():
		e.fail(rec, crash)
	default:
		status := e.todo.charge(rec, looping)
		if status == rules.StatusFailed {
			e.fail(rec, crash)
			return
		}
		e.reran.Add(1)
		e.emitInput(supervisor.InputRerun, rec, 0)
		e.todo.rerun(rec, status, e.progress())
	}
}

// progress counts attempts that came to an end other than by crashing.
func (e *engine[In, Out]) progress() int64 { return e.succeeded.Load() + e.failures.Load() }

// fail settles an input for good. With ReturnExceptions its failure is a result like
// any other; without, the first one ends the run.
func (e *engine[In, Out]) fail(rec *record[In, Out], err error) {
	rec.err = err
	e.todo.cleared(rec)
	if !e.opts.ReturnExceptions {
		e.halt(rec)
		return
	}
	switch {
	case rec.ended:
	case rec.call.settled():
		rec.err = rec.call.err
		e.emitInput(supervisor.InputCancelled, rec, 0)
	default:
		e.faults.Add(1)
		e.emitInput(supervisor.InputFailed, rec, 0)
	}
	e.deliver(e.failure(rec))
	e.settled(e.failed.Add(1) + e.succeeded.Load())
}

// failAtEnd settles an input that the end of the run left unfinished. Where the first
// failure ends the run, the emitter looks only for the first such input.
func (e *engine[In, Out]) failAtEnd(rec *record[In, Out]) {
	rec.ended = true
	if e.opts.ReturnExceptions {
		e.cancelled.Add(1)
		e.fail(rec, e.cause())
	} else {
		e.todo.setAside(rec)
	}
}

// halt ends the run at its first failure, which the emitter delivers last. The
// failure is counted after that: a count may find everything settled.
func (e *engine[In, Out]) halt(rec *record[In, Out]) {
	if e.checkEnd() || !e.finishWith(&InputError{Index: rec.index, Attempts: rec.attempts, Err: rec.err}, rec) {
		e.todo.setAside(rec)
		return
	}
	e.faults.Add(1)
	e.failed.Add(1)
	e.emitInput(supervisor.InputFailed, rec, 0)
}

// failure is a chunk that carries the failed input alone.
func (e *engine[In, Out]) failure(rec *record[In, Out]) *chunk[In, Out] {
	ch := e.depot.get()
	ch.holdRecord(rec)
	ch.size(1)
	return ch
}

// elsewhere has an input executed in another container, at no charge: this one was asked
// to end while it executed the input, or is given up for another one's sake.
func (e *engine[In, Out]) elsewhere(rec *record[In, Out]) {
	switch {
	case e.checkEnd():
		e.failAtEnd(rec)
	case e.opts.AtMostOnce:
		e.fail(rec, ErrInterrupted)
	default:
		e.reran.Add(1)
		e.emitInput(supervisor.InputRerun, rec, 0)
		e.todo.again(rec)
	}
}

func (e *engine[In, Out]) emitInput(kind supervisor.Kind, rec *record[In, Out], delay time.Duration) {
	if !e.p.events.Wanted(kind) {
		return
	}
	ev := supervisor.Event{
		Kind: kind, Run: e.id, Container: -1, Lineage: -1,
		Input: rec.index, Attempt: rec.attempts, Value: inputOf(rec.in), Err: rec.err,
	}
	if delay > 0 {
		ev.Next = time.Now().Add(delay)
	}
	e.p.events.Emit(ev)
}
