package engine

import (
	"runtime/debug"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/gate"
)

// Inputs that have keys or weights are taken one at a time. What may not begin yet is put aside, and the next is looked
// at: a busy key is passed over.

// nextAdmitted is [Worker.nextChunk] for a run with limits: those that were begun before and wait aside, the backlog, those
// aside that were not, and then fresh ones.
func (w *Worker) nextAdmitted(r *Run, eager bool) *chunk.Chunk {
	for !r.over.Load() && !w.c.Halted() { // it may have been given up over a question
		if ch := w.fromAside(r, true); ch != nil {
			return ch
		}
		switch ch, more := w.fromBacklog(r); {
		case ch != nil || w.found.wantsAlone:
			return ch
		case more:
			continue
		case r.aside.Ready() || !r.fresh():
			return w.fromAside(r, false)
		case w.asksAlone():
			return nil
		}
		if ch, more := w.claimOne(r, eager); ch != nil || !more {
			return ch
		}
	}
	return nil
}

// fromAside takes an input that waits aside and may begin now. After a crash nothing that was begun before is taken, and
// anything else alone, as from the backlog.
func (w *Worker) fromAside(r *Run, begun bool) *chunk.Chunk {
	if w.found.wantsAlone || (w.who.Probe && begun) || !r.aside.Ready() || w.asksAlone() {
		return nil
	}
	ch, pass := r.aside.Next(begun)
	if ch == nil {
		return nil
	}
	w.takePass(pass)
	return w.acceptOne(r, backlog.Taken{Chunk: ch, Alone: w.who.Probe})
}

// asksAlone asks for the container where a probe could begin now, which nothing may execute beside. It reports false if there is
// nothing to ask for.
func (w *Worker) asksAlone() bool {
	asks := w.who.Probe && !w.who.Alone
	w.found.wantsAlone = w.found.wantsAlone || asks
	return asks
}

// fromBacklog takes an input of the backlog. One that may not begin is put aside, and there may be more; one that was in a crash
// waits where it was.
func (w *Worker) fromBacklog(r *Run) (ch *chunk.Chunk, more bool) {
	if !r.backlog.Any() && !w.who.Probe {
		return nil, false
	}
	t := r.unknown(r.backlog.Take(w.who, 1))
	if t.Chunk == nil {
		w.found.wantsAlone = w.found.wantsAlone || t.WantsAlone
		return nil, false
	}
	retained, ok := w.ask(r, t.Chunk)
	if !ok {
		return nil, true
	}
	admit, task := r.aside.Admit, t.Chunk.Task
	if t.Struck {
		admit = r.aside.Try
	}
	pass, ok := admit(t.Chunk, retained)
	switch {
	case ok:
		w.takePass(pass)
		return w.acceptOne(r, t), false
	case t.Struck:
		r.backlog.Return(t.Chunk)
		return nil, false
	}
	r.recall(task)
	return nil, true
}

// claimOne claims a fresh input. If it may not begin it is put aside, and there may be more.
func (w *Worker) claimOne(r *Run, eager bool) (ch *chunk.Chunk, more bool) {
	claimed, turn := r.aside.Claim(func() *chunk.Chunk {
		ch := r.free.Get()
		if !r.src.Claim(ch, 1, eager) {
			r.free.Put(ch)
			return nil
		}
		return ch
	})
	if claimed == nil {
		return nil, false
	}
	if !r.fresh() {
		r.backlog.Reconsider()
	}
	t := claimed.Task
	pass, ok := w.arrive(r, turn, r.sift(claimed))
	if !ok {
		r.recall(t)
		return nil, true
	}
	w.takePass(pass)
	return w.acceptOne(r, backlog.Taken{Chunk: claimed, Alone: w.who.Probe}), false
}

// arrive asks about an input that was claimed, if it is to execute, and has it begin when it is its turn.
func (w *Worker) arrive(r *Run, turn uint64, ch *chunk.Chunk) (pass gate.Pass, ok bool) {
	w.asked.turn, w.asked.awaits = turn, true
	defer func() { w.asked.awaits = false }()
	if ch == nil {
		return r.aside.Arrive(turn, nil, false)
	}
	retained, ok := w.ask(r, ch)
	if !ok {
		return pass, false
	}
	return r.aside.Arrive(turn, ch, retained)
}

// recall takes a call back that waits aside, if its caller has withdrawn it before it did.
func (r *Run) recall(t *chunk.Task) {
	if t != nil && t.Withdrawn() && r.setAside(t) {
		r.fail(t, t.Call.Err())
	}
}

// acceptOne is accept for an input that may begin. If others may, somebody is woken to come for them.
func (w *Worker) acceptOne(r *Run, t backlog.Taken) *chunk.Chunk {
	ch := w.accept(r, t)
	if ch == nil {
		w.passBack()
	}
	if r.aside.Ready() || r.fresh() {
		w.s.Idle.Nudge()
	}
	return ch
}

// ask asks for the key and the weight of an input, once, and for the limit of its key. One that has none fails. It reports
// false where the input is not the worker's any more.
func (w *Worker) ask(r *Run, ch *chunk.Chunk) (retained, ok bool) {
	if ch.Weight == 0 {
		if !w.ponder(r, ch, func() { r.Asks.Ask(ch) }) {
			return false, false
		}
	}
	l := w.s.limits
	if l.Capacity > 0 && ch.Weight > l.Capacity {
		w.failUnasked(r, ch, r.Errors.Weight(ch.Weight, l.Capacity))
		return false, false
	}
	if ch.Key == "" || !l.ForKey {
		return false, true
	}
	if !l.Retain(ch.Key) { // last: whoever retains a key says so to the limits
		var limit gate.Limit
		if !w.ponder(r, ch, func() { limit = r.Asks.Limit(ch.Key) }) {
			return false, false
		}
		l.Learn(ch.Key, limit)
	}
	return true, true
}

// ponder has the user's code answer a question about an input. It reports false if that has panicked, and the input has failed,
// or if the input is not the worker's any more.
func (w *Worker) ponder(r *Run, ch *chunk.Chunk, answer func()) (ok bool) {
	w.asks(r, ch)
	returned := false
	defer func() {
		ok = w.answered()
		if returned {
			return
		}
		value := recover() // nil: the code ends the goroutine
		if ok {
			w.failUnasked(r, ch, r.Errors.Ask(value, string(debug.Stack())))
		}
		ok = false
	}()
	answer()
	returned = true
	return true
}

// failUnasked fails an input that has not begun and never will. Nobody waits any longer for it to arrive.
func (w *Worker) failUnasked(r *Run, ch *chunk.Chunk, err error) {
	if w.asked.awaits {
		r.aside.Arrive(w.asked.turn, nil, false)
	}
	t := ch.Task
	if t == nil {
		t = ch.Untried(0)
	}
	r.free.Put(ch)
	r.fail(t, err)
}

// takePass keeps what the attempt has taken that is about to begin.
func (w *Worker) takePass(p gate.Pass) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = p
}

// passBack gives back all that an attempt has taken which does not begin after all: whatever it was the probe of has
// shown nothing. The worker has nothing in hand.
func (w *Worker) passBack() {
	w.untried()
	w.releasePass()
	w.landed()
}

// releasePass gives it back. The caller holds w.mu, or the worker has nothing in hand.
func (w *Worker) releasePass() {
	p := w.held
	if p == (gate.Pass{}) {
		return
	}
	w.held = gate.Pass{}
	if w.s.limits.Release(p) || w.s.struck() {
		w.s.mayBegin()
	}
}

// Held is how many inputs wait for their key, and how many for room.
func (r *Run) Held() (keys, weights int) {
	if r.aside == nil {
		return 0, 0
	}
	keys, weights, _ = r.aside.Held()
	return keys, weights
}
