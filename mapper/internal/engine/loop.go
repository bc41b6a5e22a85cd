package engine

import (
	"context"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Executor calls the user's function for the inputs of a chunk that the worker has in hand,
// from the first to the last. It is the typed half of a worker.
type Executor interface {
	Loop(l *Loop, ch *chunk.Chunk)
	// LoopTimed is Loop for attempts that may time out.
	LoopTimed(l *Loop, ch *chunk.Chunk)
}

// loop is the worker's over what it has just taken in hand.
func (w *Worker) loop(r *Run) *Loop {
	w.looping = Loop{
		Over: &r.over, Look: &w.look, Span: &w.span, Contexts: w.ctx.Load(), Lease: w.Lease,
		w: w, run: r,
	}
	return &w.looping
}

// Failed settles input i, which returned err. It reports false if the chunk was taken away
// meanwhile.
func (l *Loop) Failed(ch *chunk.Chunk, i int, err error) bool { return l.w.failAt(l.run, ch, i, err) }

// Heed sees to what the worker is to look at before it begins input i. It returns the contexts to
// go on with, or nil if what is left of the chunk was given back.
func (l *Loop) Heed(ch *chunk.Chunk, i int) *attempt.Contexts {
	w := l.w
	w.look.Store(false) // before the look
	if l.Over.Load() || w.c.Halted() || w.mustWait(l.run) {
		w.giveBack(ch, i)
		return nil
	}
	if l.Contexts.Used() {
		l.Contexts = w.refresh()
	}
	if l.run.hedger != nil && l.run.hedger.outrun(ch.Task) { // last: who cuts it off now finds the contexts that it begins with
		w.giveBack(ch, i)
		return nil
	}
	return l.Contexts
}

// BeginTimed begins the next input, an attempt of which may time out. It reports false where
// there is none, or it may not be executed, which is seen to.
func (l *Loop) BeginTimed(ch *chunk.Chunk) (ctx context.Context, i int, ok bool) {
	w := l.w
	i, end := chunk.Next[any](&w.span, 1)
	if i >= end {
		return nil, 0, false
	}
	if (l.Over.Load() || w.look.Load()) && l.Heed(ch, i) == nil {
		return nil, 0, false
	}
	if w.mark != nil {
		w.mark.Begin(i)
	}
	if w.s.Timeout > 0 {
		l.began = w.clockOn(ch.Task)
	}
	return attempt.Enter[any](w.ctx.Load(), i), i, true
}

// EndTimed ends the attempt of input i, which returned err. It reports whether its value
// counts, and whether to go on.
func (l *Loop) EndTimed(ch *chunk.Chunk, i int, err error) (value, more bool) {
	w := l.w
	if w.s.Timeout > 0 {
		if err = l.inTime(err); err == errGivenUp {
			return false, false
		}
	}
	if err == nil {
		return true, true
	}
	return false, w.failAt(l.run, ch, i, err)
}

// inTime is err, or that the attempt was late. errGivenUp says that the container is no longer the
// worker's.
func (l *Loop) inTime(err error) error {
	w := l.w
	switch late := w.clockOff(l.began); {
	case late == errGivenUp:
		w.reclaimAs(w.late(nil))
		return late
	case late != nil:
		return late
	}
	return err
}
