package engine

import (
	"context"
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/supervisor"
)

// NewScheduler makes one for a pool that is not started.
func NewScheduler(p *fleet.Pool) *Scheduler {
	s := &Scheduler{Pool: p}
	s.runs.Store(new([]*Run))
	p.Hooks = fleet.Hooks{
		NewWorker: func(c *fleet.Container, slot int) fleet.Worker { return newWorker(s, c, slot) },
		Work:      s.hasWork,
		Needed:    s.needed,
		Fewer:     s.fewer,
		Ended:     s.ended,
		Cutoff:    s.cutoff,
	}
	return s
}

// fewer is told that a lineage may have to execute what another one should have.
func (s *Scheduler) fewer() {
	for _, r := range *s.runs.Load() {
		r.backlog.Reconsider()
	}
}

// ended is told that the context of the pool has ended, and its runs with it.
func (s *Scheduler) ended() {
	for _, r := range *s.runs.Load() {
		if !r.Over() {
			r.Finish(context.Cause(s.Context()))
		}
	}
}

// cutoff is told that the pool gives up, as its policy says: its runs end, and a function
// with them.
func (s *Scheduler) cutoff(err *supervisor.CutoffError) {
	if s.Lasting {
		s.Cancel(StoppedBy(err))
		return
	}
	for _, r := range *s.runs.Load() {
		r.Finish(err)
	}
}

// next finds the worker something to do.
func (s *Scheduler) next(w *Worker, eager bool) work {
	w.leaveCompany()
	w.passBack() // what came to nothing
	if !s.MayTake(w.slot) || !w.join() {
		w.quits(nil)
		return work{}
	}
	found := s.find(w, eager)
	w.quits(found.run)
	if found.run == nil {
		w.leaveCompany()
	}
	return found
}

// find looks in the runs, in the order of their claims.
func (s *Scheduler) find(w *Worker, eager bool) work {
	runs := *s.runs.Load()
	if len(runs) == 1 {
		return w.tryRun(runs[0], eager)
	}
	var room [8]*Run
	for vain := room[:0]; ; {
		w.serve(nil)
		r := s.choose(w, runs, vain)
		if r == nil {
			return work{}
		}
		if found := w.tryRun(r, eager); found.run != nil {
			return found
		}
		vain = append(vain, r)
	}
}

// choose has the worker serve the run that comes next, but for those in which it has looked in vain. One worker at a time
// does: of two that choose at once, each would go by loads without the other.
func (s *Scheduler) choose(w *Worker, runs, vain []*Run) *Run {
	s.choosing.Lock()
	defer s.choosing.Unlock()
	var chosen *Run
	first := w.turn
	for i := range runs {
		at := (first + i) % len(runs)
		r := runs[at]
		if (chosen == nil || r.load() < chosen.load()) && w.mayServe(r) && !slices.Contains(vain, r) {
			chosen, w.turn = r, (at+1)%len(runs)
		}
	}
	if chosen != nil {
		w.serve(chosen)
	}
	return chosen
}

// mayServe reports that there may be something in the run, for this worker too.
func (w *Worker) mayServe(r *Run) bool {
	return (r.hasWork() || r.stealable.Load() > 0) && !w.shutOut(r)
}

// load is how many workers a run has, in relation to its share: of two runs the one with less is next.
func (r *Run) load() int64 { return int64(r.visitors.Load()) * unit / int64(max(r.Share, 1)) }

// unit is the load of one worker for a share of 1: most shares divide it, and with as many workers as there may be it does not
// overflow.
const unit = 5040 * 1_000_000
