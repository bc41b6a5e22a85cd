package mapper

import (
	"context"
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/supervisor"
)

// Containers of a Runtime are somewhere else: a worker sends them chunk after chunk and
// settles each input as its outcome comes back. Its chunk counts as begun from one end to the
// other, since what was sent cannot be taken back; lease says how many of its inputs are
// still out.

// open starts the container of a runtime.
func (h *host[In, Out]) open(ctx context.Context) (inst instance[In, Out], err error) {
	inst.remote, err = h.p.opts.Runtime.Open(ctx, supervisor.Launch{
		Function: h.release.body.function, Name: h.p.opts.Name, Container: h.c.ID(), Print: h.print(),
	})
	if err == nil {
		inst.exit = inst.remote.Close
	}
	return inst, err
}

// print tells observers what the container prints, if one of them wants to know.
func (h *host[In, Out]) print() func(stream, line string) {
	if !h.p.events.Wanted(supervisor.ContainerPrinted) {
		return nil
	}
	return func(stream, line string) {
		h.p.events.Emit(supervisor.Event{
			Kind: supervisor.ContainerPrinted, Container: h.c.ID(), Lineage: h.c.Lineage(), Input: supervisor.NoInput,
			Stream: stream, Text: line,
		})
	}
}

// kill ends the container of a runtime at once, and lets it be replaced. Whoever waits
// for an outcome from it then learns of its end.
func (h *host[In, Out]) kill(cause error) {
	h.retire()
	h.killAtEnd(cause)
}

// killAtEnd is kill where no successor is wanted: the pool asks for it.
func (h *host[In, Out]) killAtEnd(cause error) {
	h.killed.Store(true)
	h.halt()
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	go h.instance.remote.Close(ctx)
}

// errand is a chunk that was sent to the container of a runtime.
type errand[In, Out any] struct {
	w     *worker[In, Out]
	e     *engine[In, Out]
	ch    *chunk[In, Out]
	began int64 // when its current input began, on the pool's clock, if there is a Timeout
	late  bool  // that input has timed out
	early map[int]outcome
}

type outcome struct {
	value any
	v     verdict
}

// executeRemotely sends a chunk and settles it. It reports false if the container is at
// its end, and how it has crashed, if that is why.
func (w *worker[In, Out]) executeRemotely(e *engine[In, Out], ch *chunk[In, Out]) (ok bool, crash *supervisor.CrashError) {
	n := len(ch.in)
	ch.size(n)
	began := e.now()
	w.begin(e, ch, began, n)
	lo, attempt := ch.lo, ch.attempt()
	job := supervisor.Chunk{Index: lo, Attempt: attempt, Inputs: make([]any, n), Timeout: w.p.opts.Timeout}
	job.Deadline, _ = w.parent.Deadline()
	for i, in := range ch.in {
		job.Inputs[i] = in
	}
	out := &errand[In, Out]{w: w, e: e, ch: ch}
	out.clockOn()
	err := w.h.instance.remote.Run(w.ctx.Load(), job, out.done)
	took := e.now() - began
	if err != nil {
		return false, out.lost(err)
	}
	w.h.weigh()
	done, ok := out.returned()
	if ok && done > 0 {
		w.proven = true
		w.adapt(e, done, took)
		w.chunkEnded(e, lo, attempt, done, took)
	}
	return ok, nil
}

// clockOn begins the time of the next input.
func (x *errand[In, Out]) clockOn() {
	if x.w.p.opts.Timeout > 0 {
		x.began = x.w.clockOn()
	}
}

// clockOff ends it and reports whether the input is in time.
func (x *errand[In, Out]) clockOff() bool {
	started := &x.w.started
	switch {
	case x.w.p.opts.Timeout == 0 || started.CompareAndSwap(x.began, 0):
		return true
	case started.CompareAndSwap(-x.began, 0) || started.Load() == givenUp:
		x.late = true
		x.w.p.timedOut.Add(1)
		return false
	}
	return true
}

// done is told of each outcome, in any order, perhaps twice, perhaps too late.
func (x *errand[In, Out]) done(i int, value any, err error) {
	o := outcome{value: value}
	if err != nil {
		o.v = x.e.verdictIn(x.ch, err)
	} else if _, ok := value.(Out); !ok && value != nil {
		o.v.err = fmt.Errorf("mapper: the runtime returned a %T for input %d", value, x.ch.lo+i)
	}
	x.w.mu.Lock()
	n := 0
	if next := x.next(); x.w.cur == x.ch && i >= next && i < len(x.ch.in) {
		if i > next {
			if x.early == nil {
				x.early = map[int]outcome{}
			}
			x.early[i] = o
		} else {
			n = x.settle(o)
		}
	}
	x.w.mu.Unlock()
	if n > 0 {
		x.w.h.c.Finished(n)
	}
}

// next is the position of the first input that is out. The caller holds w.mu.
func (x *errand[In, Out]) next() int { return len(x.ch.in) - x.w.lease }

// settle settles the next input, and those after it whose outcome came early. It returns
// how many that were. The caller holds w.mu.
func (x *errand[In, Out]) settle(o outcome) (n int) {
	for more := true; more; n++ {
		i := x.next()
		x.w.lease--
		if !x.clockOff() {
			o.v = x.w.late()
		}
		if o.v.err == nil {
			x.ch.out[i], _ = o.value.(Out)
		} else {
			x.w.settleAt(x.e, x.ch, i, o.v)
		}
		if x.w.lease > 0 && !x.late {
			x.clockOn()
		}
		o, more = x.early[i+1]
	}
	return n
}

// returned publishes what is left of a chunk that came back: what was not reported then
// was not begun. An input whose time was up before it was begun has timed out like any
// other: to try it again for free might never end.
func (x *errand[In, Out]) returned() (done int, ok bool) {
	w := x.w
	w.mu.Lock()
	if w.cur == x.ch {
		if w.lease > 0 && !x.late && !x.clockOff() {
			w.lease--
			w.settleAt(x.e, x.ch, x.next()-1, w.late())
			w.h.c.Finished(1)
		}
		next := x.next()
		x.e.todo.giveBack(x.e.tail(x.ch, next, len(x.ch.in)))
		w.lease = 1
		w.span.Store(spanOf(next+1, next)) // all that was begun has ended
	}
	w.mu.Unlock()
	if x.late {
		w.renew(w.parent)
	}
	done, _, ok = w.finish(x.e, x.ch) // the container was told as they came
	return done, ok
}

// lost is told that the container is gone, and returns its crash. If that was only the way
// to end an attempt (one that ignored its timeout, or is to be executed elsewhere) the chunk
// is settled, and nothing is returned.
func (x *errand[In, Out]) lost(err error) *supervisor.CrashError {
	w := x.w
	crash, at := asCrash(err)
	inTime := x.clockOff()
	asked := w.h.killed.Swap(true)
	w.started.Store(0)
	w.at = at
	switch {
	case !inTime:
		x.settleLost(crash, func(rec *record[In, Out]) {
			x.e.settle(rec, verdict{err: &TimeoutError{Timeout: w.p.opts.Timeout, Crash: crash}})
		})
		return nil
	case asked:
		x.settleLost(crash, x.e.elsewhere)
		return nil
	}
	w.out = x // until the pool tells of the crash
	return crash
}

// lostRemotely settles what was out in a container that has crashed.
func (w *worker[In, Out]) lostRemotely(crash *supervisor.CrashError) {
	looping := w.h.c.Alarm().Looping()
	w.out.settleLost(crash, func(rec *record[In, Out]) { w.strike(w.out.e, rec, crash, looping) })
	w.leave()
}

// settleLost settles a chunk whose container is gone: begun settles the input that it
// executed, if that is known, those before it that were reported are finished, and
// the rest was not begun.
func (x *errand[In, Out]) settleLost(crash *supervisor.CrashError, begun func(*record[In, Out])) {
	w, e, ch := x.w, x.e, x.ch
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cur != ch {
		return
	}
	next, n := x.next(), len(ch.in)
	at := w.at
	switch {
	case at >= next && at < n:
	case x.late:
		at = next // a runtime that cannot say which: the clock can
	default:
		at = n
	}
	w.letGo()
	w.cutShort(e, ch, next)
	w.cut(e, ch, next)
	e.todo.giveBack(e.tail(ch, next, at))
	if at < n {
		e.todo.giveBack(e.tail(ch, at+1, n))
		rec := recordOf(ch, at)
		crash.Phase, crash.Run, crash.Input = supervisor.PhaseInput, e.id, rec.index
		begun(rec)
	}
}

// asCrash is a runtime's error as a crash, and the position of the input that executed.
func asCrash(err error) (*supervisor.CrashError, int) {
	if crash, ok := errors.AsType[*supervisor.CrashError](err); ok {
		at := crash.Input
		crash.Input = supervisor.NoInput
		return crash, at
	}
	return &supervisor.CrashError{Input: supervisor.NoInput, Err: err}, supervisor.NoInput
}
