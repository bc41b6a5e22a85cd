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
	for !r.over.Load() {
		if ch := w.fromAside(r, true); ch != nil {
			return ch
		}
		t, any := w.oneOf(r, eager)
		if !any {
			return w.fromAside(r, false)
		}
		if t.Chunk == nil {
			continue
		}
		if ch, ok := w.admit(r, t); ch != nil || !ok {
			return ch
		}
	}
	return nil
}

// fromAside takes an input that waits aside and may begin now. After a crash nothing that was begun before is taken, and
// anything else alone, as from the backlog.
func (w *Worker) fromAside(r *Run, begun bool) *chunk.Chunk {
	switch probe := w.who.Probe; {
	case w.found.wantsAlone, probe && begun, !r.aside.Ready():
		return nil
	case probe && !w.who.Alone:
		w.found.wantsAlone = true
		return nil
	}
	ch, pass := r.aside.Next(begun)
	if ch == nil {
		return nil
	}
	w.takePass(pass)
	return w.acceptOne(r, backlog.Taken{Chunk: ch, Alone: w.who.Probe})
}

// oneOf takes one input of the backlog, or a fresh one. A fresh one may be put aside at once: then there is any, and
// no chunk.
func (w *Worker) oneOf(r *Run, eager bool) (t backlog.Taken, any bool) {
	if r.backlog.Any() || w.who.Probe {
		t = r.unknown(r.backlog.Take(w.who, 1))
		if t.Chunk != nil {
			return t, true
		}
		if w.found.wantsAlone = w.found.wantsAlone || t.WantsAlone; w.found.wantsAlone {
			return t, false
		}
	}
	switch {
	case r.aside.Ready() || !r.fresh():
		return t, false
	case r.InOrder:
		return t, w.claimInOrder(r, eager)
	}
	t.Chunk = r.claim(1, eager)
	if t.Chunk != nil && !r.fresh() {
		r.backlog.Reconsider()
	}
	return t, t.Chunk != nil
}

// claimInOrder claims an input and puts it aside.
func (w *Worker) claimInOrder(r *Run, eager bool) bool {
	ch, turn := r.aside.Claim(func() *chunk.Chunk {
		ch := r.free.Get()
		if !r.src.Claim(ch, 1, eager) {
			r.free.Put(ch)
			return nil
		}
		return ch
	})
	if ch == nil {
		return false
	}
	var retained bool
	arrives := (*chunk.Chunk)(nil)
	defer func() { r.aside.Arrive(turn, arrives, retained) }() // the user's code may end the goroutine
	if ch = r.sift(ch); ch != nil {
		var ok bool
		if retained, ok = w.ask(r, ch); ok {
			arrives = ch
		}
	}
	return true
}

// admit has what was taken begin, or be put aside. It reports false where it waits in the backlog.
func (w *Worker) admit(r *Run, t backlog.Taken) (ch *chunk.Chunk, ok bool) {
	retained, ok := w.ask(r, t.Chunk)
	if !ok {
		return nil, true
	}
	var pass gate.Pass
	if t.Struck {
		if pass, ok = r.aside.Try(t.Chunk, retained); !ok {
			r.backlog.Return(t.Chunk)
			return nil, false
		}
	} else if pass, ok = r.aside.Admit(t.Chunk, retained); !ok {
		return nil, true
	}
	w.takePass(pass)
	ch = w.acceptOne(r, t)
	return ch, ch != nil
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

// ask asks for the key and the weight of an input, once, and for the limit of its key. One that has none fails.
func (w *Worker) ask(r *Run, ch *chunk.Chunk) (retained, ok bool) {
	asked := false
	defer func() {
		if !asked {
			value := recover()
			w.failUnasked(r, ch, r.Errors.Ask(value, string(debug.Stack())))
		}
	}()
	if ch.Weight == 0 {
		r.Asks.Ask(ch)
		if t := ch.Task; t != nil {
			t.Key, t.Weight = ch.Key, ch.Weight
		}
	}
	l := w.s.limits
	if ch.Key != "" && l.ForKey {
		if retained = true; !l.Retain(ch.Key) {
			l.Learn(ch.Key, r.Asks.Limit(ch.Key))
		}
	}
	asked = true
	if l.Capacity > 0 && ch.Weight > l.Capacity {
		w.failUnasked(r, ch, r.Errors.Weight(ch.Weight, l.Capacity))
		return false, false
	}
	return retained, true
}

// failUnasked fails an input that has not begun and never will.
func (w *Worker) failUnasked(r *Run, ch *chunk.Chunk, err error) {
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
