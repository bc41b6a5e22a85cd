package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
)

// tryRun visits a run and finds something to do there.
func (w *Worker) tryRun(r *Run, eager bool) work {
	if !w.visit(r) {
		return work{}
	}
	if r.hedger != nil && !r.Paused() && w.s.throttle.IsOpen() && !w.s.adaptive.IsFull() {
		if found := w.tryHedge(r); found.run != nil {
			return found
		}
	}
	if !w.pass(r) {
		return work{}
	}
	found := w.findIn(r, eager)
	switch {
	case found.run == nil:
		w.s.rate.Back()
	case !w.joins(r) || !w.takes() || !w.tries(r):
		w.s.rate.Back()
		w.putBack(found)
		return work{}
	}
	return found
}

// putBack gives back what was found and may not begin after all.
func (w *Worker) putBack(found work) {
	if found.ch != nil {
		found.batch = []*chunk.Chunk{found.ch}
	}
	for _, ch := range found.batch {
		w.c.Unused(ch.N)
		found.run.backlog.Return(ch)
	}
	w.passBack()
}

// findIn finds something to do in a run.
func (w *Worker) findIn(r *Run, eager bool) work {
	if r.suspects.some.Load() {
		r.suspects.done(w)
	}
	if r.suspects.some.Load() {
		return w.trySuspect(r)
	}
	if r.former != nil {
		if n := w.permit(r.former.size()); n > 0 {
			if batch := r.former.form(w, n); batch != nil {
				return work{run: r, batch: batch}
			}
		}
	} else if n := w.permit(w.want()); n > 0 {
		if ch := w.nextChunk(r, eager); ch != nil {
			w.trim(r, ch, n)
			return work{run: r, ch: ch}
		}
		w.c.Unused(n)
	}
	return work{}
}

// want is how many inputs the worker takes at once.
func (w *Worker) want() int {
	if w.who.Probe || !w.s.throttle.IsOpen() {
		return 1
	}
	return w.Want
}

// permit reserves inputs that the worker may take.
func (w *Worker) permit(want int) int { return w.c.Permit(want, 1<<30) }

// nextChunk takes something to do from a run.
func (w *Worker) nextChunk(r *Run, eager bool) *chunk.Chunk {
	if r.aside != nil {
		return w.nextAdmitted(r, eager)
	}
	if r.backlog.Any() || w.who.Probe {
		if ch := w.accept(r, r.unknown(r.backlog.Take(w.who, w.want()))); ch != nil || w.found.wantsAlone {
			if ch != nil && ch.N > 1 {
				w.s.Idle.Nudge() // to take half of it
			}
			return ch
		}
	}
	if ch := w.claim(r, eager); ch != nil {
		return ch
	}
	if r.stealable.Load() > 0 {
		return w.steal(r)
	}
	return nil
}

// claim takes fresh inputs. Where more are left, a sleeper is woken to come for them, and so
// on: nobody wakes everybody. Where none are left, those that were in a crash are next.
func (w *Worker) claim(r *Run, eager bool) *chunk.Chunk {
	if r.src.Waiting() == 0 {
		return nil
	}
	ch := r.claim(w.want(), eager)
	if ch == nil {
		return nil
	}
	if r.src.Waiting() > 0 {
		w.s.Idle.Nudge()
	} else {
		r.backlog.Reconsider()
	}
	return w.accept(r, backlog.Taken{Chunk: ch})
}

// trim gives back what of a chunk exceeds the n inputs that the worker may take, and of those
// what it has no use for.
func (w *Worker) trim(r *Run, ch *chunk.Chunk, n int) {
	if k := ch.N; k > n {
		r.backlog.Return(r.splitOff(ch, n))
	} else {
		w.c.Unused(n - k)
	}
}

// steal takes half of what another worker has claimed of a run and not begun. The thief has
// it in hand before anyone else can look: between two workers there is only the goroutine of
// the thief, which the run waits for. After a crash it is given back instead, and a probe is
// taken from it.
func (w *Worker) steal(r *Run) (ch *chunk.Chunk) {
	w.s.ContainersFrom(w.c.Lineage(), func(c *fleet.Container) bool {
		for _, v := range c.Workers() {
			if v := v.(*Worker); v != w {
				if ch = v.halve(r); ch != nil {
					return false
				}
			}
		}
		return true
	})
	if ch == nil || !w.who.Probe {
		return w.accept(r, backlog.Taken{Chunk: ch})
	}
	r.backlog.Return(ch)
	return w.accept(r, r.unknown(r.backlog.Take(w.who, w.want())))
}

// form takes a batch of at most n inputs, if one should be executed now. An input that was in
// a crash is a batch by itself: of several nobody can tell which one it was. So is a part of a
// batch that has failed.
func (f *former) form(w *Worker, n int) []*chunk.Chunk {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.r
	due := f.due(w.who.Probe)
	if ch := w.accept(r, r.unknown(r.backlog.TakeAlone(w.who, due))); ch != nil || w.found.wantsAlone {
		if ch == nil {
			w.c.Unused(n)
			return nil
		}
		w.c.Unused(n - 1)
		return []*chunk.Chunk{ch}
	}
	if !(due || r.backlog.Parted()) || !w.c.Execute(w, false, false) {
		w.c.Unused(n)
		return nil
	}
	room := min(n, f.size(), w.c.Release().Body.Size) // in a redeploy it may be an older one
	batch := r.backlog.TakePart(room)
	if batch == nil && due {
		batch = f.fill(room)
	}
	w.c.Unused(n - sizeOf(batch))
	if r.src.Waiting() > 0 || r.backlog.Parted() {
		w.s.Idle.Nudge()
	} else {
		r.backlog.Reconsider()
	}
	return batch
}

// fill takes a batch of what there is, at most so many inputs.
func (f *former) fill(room int) (batch []*chunk.Chunk) {
	f.forms = false
	for r := f.r; room > 0; {
		ch := r.sift(r.backlog.TakeUpTo(room))
		if ch == nil {
			if ch = r.claim(room, true); ch == nil {
				break
			}
		}
		batch = append(batch, ch)
		room -= ch.N
	}
	return batch
}
