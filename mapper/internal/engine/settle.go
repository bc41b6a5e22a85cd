package engine

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/durable"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Here, and only here, an input's fate is decided: done, another attempt at T, or failed
// for good. What becomes of the container is not known here.

// outcomeOf asks only what matters: of a thousand attempts that a cancelled context ends,
// nobody wants to know whether to try again.
func (r *Run) outcomeOf(err error) outcome {
	if r.checkEnd() && !r.gentle() {
		return outcome{err: err}
	}
	return outcome{err: policy.Cause(err), marks: marksOf(err)}
}

// outcomeIn is outcomeOf for an attempt of an input of a chunk that has the task, or none. What the
// attempt of a call returns whose context has ended is that end.
func (r *Run) outcomeIn(t *chunk.Task, err error) outcome {
	if t != nil && t.Call != nil {
		if ctx := t.Call.Context(); ctx.Err() != nil {
			return outcome{err: context.Cause(ctx), marks: marks{permanent: true}}
		}
	}
	return r.outcomeOf(err)
}

// succeed settles inputs that have. They are delivered at once, or as soon as they are recorded.
func (r *Run) succeed(ch *chunk.Chunk) {
	if ch.N == 0 {
		r.free.Put(ch)
		return
	}
	if r.hedger != nil && !r.hedger.succeeded(ch) {
		r.free.Put(ch)
		return
	}
	if ch.Task != nil {
		r.backlog.Cleared(ch.Task)
	}
	r.nextOf(ch.Key, ch.Lo)
	if r.keeper != nil {
		r.keeper.Put(ch)
		return
	}
	if r.frontier != nil {
		r.frontier.Commit(ch)
	}
	r.finished(ch)
}

// finished delivers inputs that have succeeded, and then counts them.
func (r *Run) finished(ch *chunk.Chunk) {
	n := int64(ch.N)
	r.deliver(ch)
	r.limiter.succeeded(int(n))
	r.settled(r.succeeded.Add(n) + r.failed.Load())
}

func (r *Run) deliver(ch *chunk.Chunk) {
	if r.sink.Put(ch) {
		r.reader.Wake()
	}
}

// nextOf has the next input of a key begin, in a run that has them begin in order.
func (r *Run) nextOf(key string, index int) {
	if key != "" && r.InOrder {
		r.s.limits.Settled(r.ID, key, index)
	}
}

// settle decides about an input whose attempt returned an error.
func (r *Run) settle(t *chunk.Task, o outcome) {
	if r.hedger != nil {
		if t = r.raced(t); t == nil {
			return
		}
	}
	if r.wasLast(t, o) {
		r.fail(t, t.Err)
	}
}

// wasLast reports whether an attempt that returned an error leaves nothing but to fail its input
// for good. If not, what becomes of it is seen to.
func (r *Run) wasLast(t *chunk.Task, o outcome) bool {
	t.Err = o.err
	switch {
	case r.checkEnd():
		if r.gentle() {
			r.failures.Add(1)
			return true
		}
		r.failAtEnd(t)
	case t.Withdrawn():
		r.fail(t, t.Err) // cancelled: nobody waits for it
	case t.Retries < r.Retries.MaxRetries && !r.AtMostOnce && !o.permanent:
		r.failures.Add(1)
		return !r.retry(t, o)
	default:
		r.failures.Add(1)
		return true
	}
	return false
}

// forever is a time that can be added to others without overflow: 36 years.
const forever = time.Duration(1 << 60)

// retry has the input wait for its next attempt, off the container. It reports false if that would begin too late.
func (r *Run) retry(t *chunk.Task, o outcome) bool {
	delay := o.delay
	if !o.asked {
		delay = r.Retries.Delay(t.Retries + 1)
	}
	delay = min(delay, forever)
	if r.timeIsUp(t, r.s.Now()+delay) {
		return false
	}
	t.Retries++
	r.retried.Add(1)
	r.emitInput(supervisor.InputRetried, t, delay)
	r.backlog.Retry(t, r.s.Now()+delay)
	return true
}

// struck decides about an input that was executing when its container crashed.
func (r *Run) struck(t *chunk.Task, crash *supervisor.CrashError, c backlog.Crash) {
	if r.hedger != nil {
		if t = r.racedCrash(t, crash, c); t == nil {
			return
		}
	}
	t.Err = crash
	switch {
	case r.checkEnd() && !r.gentle():
		r.failAtEnd(t)
	case r.gentle() || r.AtMostOnce || t.Withdrawn() || r.backlog.Crash(t, c) || r.timeIsUp(t, r.s.Now()):
		r.fail(t, t.Err)
	default:
		r.rerun(t, crash, crash)
		if r.keeper != nil && t.Keys != nil {
			r.keeper.Crashed(t.Keys[0], durable.Crashes(r.backlog.Record(t)))
		}
		r.backlog.Rerun(t)
	}
}

// elsewhere has an input executed in another container, at no charge: this one was asked to
// end while it executed the input, is given up for another one's sake, or went with its machine, of which lost tells.
// Nobody knows how far it was: one that may be executed at most once has failed, and that is why.
func (r *Run) elsewhere(t *chunk.Task, lost *supervisor.CrashError) {
	if r.hedger != nil {
		if t = r.raced(t); t == nil {
			return
		}
	}
	why := fleet.InterruptedBy(lost)
	switch {
	case r.checkEnd():
		r.failAtEnd(t)
	case r.AtMostOnce:
		r.fail(t, why)
	case r.timeIsUp(t, r.s.Now()):
		r.fail(t, t.Err)
	default:
		r.rerun(t, why, lost)
		r.backlog.Again(t)
	}
}

// rerun counts an input that is executed again for that reason, and tells observers of it: on which machine its container
// was, where that has crashed or is lost.
func (r *Run) rerun(t *chunk.Task, why error, crash *supervisor.CrashError) {
	r.reran.Add(1)
	events := r.s.Events()
	if !events.Wanted(supervisor.InputRerun) {
		return
	}
	ev := r.aboutInput(supervisor.InputRerun, t)
	if ev.Err = why; crash != nil {
		ev.Machine = crash.Machine
	}
	events.Emit(ev)
}

// fail settles an input for good. With ReturnExceptions its failure is a result like any
// other; without, the first one ends the run.
func (r *Run) fail(t *chunk.Task, err error) {
	t.Err = err
	r.backlog.Cleared(t)
	r.nextOf(t.Key, t.Index)
	if !r.ReturnExceptions {
		r.failFirst(t)
		return
	}
	switch {
	case t.Ended:
	case t.Withdrawn():
		t.Err = t.Call.Err()
		r.emitInput(supervisor.InputCancelled, t, 0)
	default:
		r.faults.Add(1)
		r.emitInput(supervisor.InputFailed, t, 0)
	}
	if failure := r.free.Failure(t); r.records(t) {
		r.keeper.Put(failure)
	} else {
		r.failedForGood(failure)
	}
}

// failedForGood delivers an input that has failed, and then counts it.
func (r *Run) failedForGood(failure *chunk.Chunk) {
	t := failure.Task
	r.deliver(failure)
	if !t.Ended && !t.Withdrawn() {
		r.limit(t)
	}
	r.settled(r.failed.Add(1) + r.succeeded.Load())
}

// limit ends the run if the failure of an input is one too many.
func (r *Run) limit(t *chunk.Task) {
	failed, reached := r.limiter.fails()
	if !reached {
		return
	}
	cause := r.Errors.Limit(failed, r.Errors.Input(t.Index, t.Attempts, t.Err))
	if r.limiter.Soon {
		r.finishSoon(cause)
	} else {
		r.Finish(cause)
	}
}

// records reports that the failure of an input is to be recorded: not what the end of the run has
// settled, and not what has no key.
func (r *Run) records(t *chunk.Task) bool { return r.keeper != nil && t.Keys != nil && !t.Ended }

// outOfTime settles an input that was still waiting at the end of its time.
func (r *Run) outOfTime(t *chunk.Task) {
	r.timeIsUp(t, t.Deadline)
	r.fail(t, t.Err)
}

// failAtEnd settles an input that the end of the run left unfinished. Where the first failure
// ends the run, the emitter looks only for the first such input.
func (r *Run) failAtEnd(t *chunk.Task) {
	t.Ended = true
	if r.ReturnExceptions {
		r.cancelled.Add(1)
		r.fail(t, r.Cause())
	} else {
		r.backlog.SetAside(t)
	}
}

// failFirst ends the run at its first failure, which the emitter delivers last. The failure
// is counted after that: a count may find everything settled.
func (r *Run) failFirst(t *chunk.Task) {
	over := r.checkEnd()
	if !over && r.records(t) {
		r.keeper.Put(r.free.Failure(t)) // before anybody can wait for it
	}
	if over || !r.finishWith(r.Errors.Input(t.Index, t.Attempts, t.Err), t) {
		r.backlog.SetAside(t)
		return
	}
	r.faults.Add(1)
	r.failed.Add(1)
	r.emitInput(supervisor.InputFailed, t, 0)
}
