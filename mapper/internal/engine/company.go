package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// join has the worker look for work, and finds out what it may take.
func (w *Worker) join() bool {
	ok, alone, beside := w.c.Join(w)
	w.found = found{joined: ok}
	w.who = w.taker()
	w.who.Alone, w.who.Beside = alone, beside
	return ok
}

// taker is as which it asks for work. In a crash loop the other lineages await what only this
// one can show.
func (w *Worker) taker() backlog.Taker {
	alarm := w.c.Alarm()
	who := backlog.Taker{Lineage: w.c.Lineage(), Probe: probing(alarm)}
	if !alarm.Looping() {
		who.Others = w.c.Others()
	}
	return who
}

// leaveCompany is the end of that.
func (w *Worker) leaveCompany() {
	if w.found.joined {
		f := w.found
		w.found = found{}
		w.c.Leave(w, f.struck, f.alone, f.wantsAlone)
	}
}

// accept reports whether what was taken may be executed now, and gives it back if not.
func (w *Worker) accept(r *Run, t backlog.Taken) *chunk.Chunk {
	switch {
	case t.Chunk == nil:
		w.found.wantsAlone = w.found.wantsAlone || t.WantsAlone
		return nil
	case !w.c.Execute(w, t.Struck, t.Alone):
		w.found.wantsAlone = true
		r.backlog.Return(t.Chunk)
		return nil
	}
	w.found.struck, w.found.alone = t.Struck, t.Alone
	return t.Chunk
}

// hasWorkFor reports that there is something for the worker.
func (s *Scheduler) hasWorkFor(w *Worker) bool {
	who := w.taker()
	who.Beside = w.c.Beside()
	for _, r := range *s.runs.Load() {
		if r.hasWorkFor(who) && !w.shutOut(r) {
			return true
		}
	}
	return false
}
