package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/durable"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/supervisor"
)

// A run that has a journal: what it does for its keeper.

// Keep has the log kept while the run lives. Its source and sink are in place, and nothing has
// been started. It looks up the inputs of a slice, which blocks.
func (r *Run) Keep(log durable.Log) error {
	k := durable.NewKeeper(kept{r}, log)
	if r.iterator != nil {
		k.Await()
		r.iterator.Look(k.Look)
	} else if s := r.src.(*intake.Slice); true {
		if err := k.Resume(r.ctx, s.Total(), s.Peek); err != nil {
			k.Abandon()
			return err
		}
		if _, unordered := r.results.(*chunk.Completions); unordered && k.RestoreFirst() {
			r.src = s.Resumed(k.Stretch)
		}
	}
	r.keeper = k
	k.Begin()
	return nil
}

// kept is the run as its keeper sees it.
type kept struct{ r *Run }

// Recorded implements [durable.Run]. Of a failure that ends the run the emitter knows already.
func (k kept) Recorded(ch *chunk.Chunk) {
	r := k.r
	switch {
	case ch.Task == nil || ch.Task.Err == nil:
		r.finished(ch)
	case r.ReturnExceptions:
		r.failedForGood(ch)
	default:
		r.free.Put(ch)
	}
}

// Restored implements [durable.Run].
func (k kept) Restored(ch *chunk.Chunk) {
	k.r.restored.Add(int64(ch.N))
	k.r.finished(ch)
}

// Refused implements [durable.Run].
func (k kept) Refused(ch *chunk.Chunk, err error) {
	t := ch.Task
	if t == nil {
		t = ch.TaskOf(0)
	}
	k.r.free.Put(ch)
	k.r.fail(t, err)
}

// Failed implements [durable.Run].
func (k kept) Failed(ch *chunk.Chunk, attempts int, err error) {
	t := ch.Untried(0)
	t.Attempts = attempts
	k.r.restored.Add(1)
	k.r.free.Put(ch)
	k.r.fail(t, err)
}

// Again implements [durable.Run], for a chunk of one input.
func (k kept) Again(ch *chunk.Chunk) {
	t := ch.Untried(0)
	t.Err = ErrDamaged
	k.r.damaged.Add(1)
	k.r.emitInput(supervisor.InputRerun, t, 0)
	k.r.backlog.Return(ch)
}

// Lost implements [durable.Run].
func (k kept) Lost(ch *chunk.Chunk) {
	if t := ch.Task; t != nil {
		k.r.backlog.SetAside(t)
		return
	}
	for i := range ch.N {
		k.r.backlog.SetAside(ch.Untried(i))
	}
}

// Broken implements [durable.Run]. Whatever else has ended the run: what the journal has not
// recorded is not delivered, and that is why.
func (k kept) Broken(err error) {
	if !k.r.finishWith(err, nil) {
		k.r.ending.Store(&ending{cause: err})
	}
}

// Cut implements [durable.Run].
func (k kept) Cut(ch *chunk.Chunk, n int) *chunk.Chunk {
	piece := k.r.tail(ch, n, ch.N)
	piece.Payload.Move(ch.Payload, n, ch.N)
	ch.N = n
	return piece
}

// Hurry implements [durable.Run]: what is not recorded is all that is left, or fills the window.
func (k kept) Hurry(unrecorded int) bool {
	r := k.r
	return unrecorded >= r.Window.Size/4 ||
		int(r.succeeded.Load()+r.failed.Load())+unrecorded >= r.src.Total()
}

// Leaves implements [durable.Run].
func (k kept) Leaves() bool {
	end := k.r.ending.Load()
	return end != nil && end.cause != nil && end.failed == nil
}

// Full implements [durable.Run].
func (k kept) Full(yes bool) {
	k.r.Window.Full.Store(yes)
	if !yes {
		k.r.refill(1)
		k.r.s.Idle.Nudge()
	}
}
