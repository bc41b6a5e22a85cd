package engine

import (
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// clockOn begins the time of the next input.
func (x *remoteChunk) clockOn() {
	if x.w.s.Timeout > 0 {
		x.began = x.w.clockOn(x.task)
	}
}

// clockOff ends it and reports whether the input is in time.
func (x *remoteChunk) clockOff() bool {
	started := &x.w.started
	switch {
	case x.w.s.Timeout == 0 || started.CompareAndSwap(x.began, 0):
		return true
	case started.CompareAndSwap(-x.began, 0) || started.Load() == givenUp:
		x.late = true
		x.w.s.timedOut()
		return false
	}
	return true
}

// done is told of each outcome, in any order, perhaps twice, perhaps too late.
func (x *remoteChunk) done(i int, value any, err error) {
	told := report{value: value}
	if err != nil {
		told.outcome = x.r.outcomeIn(x.task, err)
	}
	x.w.mu.Lock()
	n := 0
	if !x.over && x.w.cur == x.ch { // else the chunk may be another's by now
		n = x.take(i, told)
	}
	begun := x.w.since
	x.w.mu.Unlock()
	x.w.finished(n, begun)
}

// take takes in what is told of input i, and returns how many are settled by it. The caller holds w.mu.
func (x *remoteChunk) take(i int, told report) int {
	switch next := x.next(); {
	case i == next:
		return x.settle(told)
	case i > next && i < x.ch.N:
		if x.early == nil {
			x.early = map[int]report{}
		}
		x.early[i] = told
	}
	return 0
}

// next is the position of the first input that is out. The caller holds w.mu.
func (x *remoteChunk) next() int { return x.ch.N - x.w.Lease }

// settle settles the next input, and those after it whose outcome came early. It returns
// how many that were. The caller holds w.mu.
func (x *remoteChunk) settle(told report) (n int) {
	for more := true; more; n++ {
		i := x.next()
		x.w.Lease--
		o := told.outcome
		if !x.clockOff() {
			o = x.w.late(nil)
		}
		if o.err == nil {
			if err := x.ch.Payload.SetBoxed(i, told.value); err != nil {
				o = outcome{err: fmt.Errorf("mapper: no value of input %d: %w", x.ch.Lo+i, err), marks: marks{permanent: true}}
			}
		}
		if o.err != nil {
			x.w.settleAt(x.r, x.ch, i, o)
		}
		if x.w.Lease > 0 && !x.late {
			x.clockOn()
		}
		told, more = x.early[i+1]
	}
	return n
}

// returned publishes what is left of a chunk that came back: what was not reported then was
// not begun. An input whose time was up before it was begun has timed out like any other:
// to try it again for free might never end.
func (x *remoteChunk) returned() (done int, ok bool) {
	w := x.w
	late := 0
	w.mu.Lock()
	x.over = true
	if w.cur == x.ch {
		if w.Lease > 0 && !x.late && !x.clockOff() {
			w.Lease--
			w.settleAt(x.r, x.ch, x.next()-1, w.late(nil))
			late = 1
		}
		next := x.next()
		x.r.giveBack(x.r.tail(x.ch, next, x.ch.N))
		w.Lease = 1
		w.span.Set(next+1, next) // all that was begun has ended
	}
	begun := w.since
	w.mu.Unlock()
	w.finished(late, begun)
	done, _, ok = w.finish(x.r, x.ch) // the container was told as they came
	return done, ok
}

// lost is told that the container is gone, and returns its crash. If that was only the way
// to end an attempt (one that ignored its timeout, or is to be executed elsewhere) the chunk
// is settled, and nothing is returned.
func (x *remoteChunk) lost(err error) *supervisor.CrashError {
	w := x.w
	crash, at := asCrash(err)
	inTime := x.clockOff()
	asked := w.c.Killed()
	w.started.Store(0)
	x.at = at
	if !inTime || asked {
		w.c.Retire() // it may have ended by itself before it was killed: else it would not be replaced
	}
	switch {
	case !inTime:
		x.settleLost(crash, func(t *chunk.Task) { x.r.settle(t, w.late(crash)) })
		return nil
	case asked:
		x.settleLost(crash, func(t *chunk.Task) { x.r.elsewhere(t, nil) })
		return nil
	}
	w.lost = x // until the pool tells of the crash
	return crash
}

// gone reports that the container went with its machine: nobody knows which of the inputs that were out have begun.
func gone(crash *supervisor.CrashError) bool {
	return crash.Panic == nil && guard.Wraps(crash.Err, supervisor.ErrLost, func(error) bool { return false })
}

// giveUp fails the inputs that were out, from that position on: each may have begun, and none may begin again. begun
// settles the one that is late, if there is one. The caller holds w.mu.
func (x *remoteChunk) giveUp(crash *supervisor.CrashError, next int, begun func(*chunk.Task)) {
	w, r, ch := x.w, x.r, x.ch
	n := ch.N
	w.letGo()
	w.cutShort(r, ch, next)
	w.publishFront(r, ch, next)
	for i := next; i < n; i++ {
		t := ch.TaskOf(i)
		if i == next && x.late {
			begun(t)
		} else {
			r.elsewhere(t, crash)
		}
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

// settleLost settles a chunk whose container is gone: begun settles the input that it
// executed, if that is known, those before it that were reported are finished, and the rest
// was not begun.
func (x *remoteChunk) settleLost(crash *supervisor.CrashError, begun func(*chunk.Task)) {
	w, r, ch := x.w, x.r, x.ch
	w.mu.Lock()
	defer w.mu.Unlock()
	x.over = true
	if w.cur != ch {
		return
	}
	next, n := x.next(), ch.N
	if r.AtMostOnce && gone(crash) {
		x.giveUp(crash, next, begun)
		return
	}
	at := x.at
	switch {
	case at >= next && at < n:
	case x.late:
		at = next // a runtime that cannot say which: the clock can
	default:
		at = n
	}
	w.letGo()
	w.cutShort(r, ch, next)
	w.publishFront(r, ch, next)
	r.giveBack(r.tail(ch, next, at))
	if at < n {
		r.giveBack(r.tail(ch, at+1, n)) // before: it is in reach
		t := w.task(ch, at)
		crash.Phase, crash.Run, crash.Input = supervisor.PhaseInput, r.ID, t.Index
		begun(t)
	}
}
