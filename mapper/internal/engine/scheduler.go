package engine

import (
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
	w.visit(nil)
	// One pass for each load that some run has: there are few runs.
	outrun := 0
	for floor := int64(-1); ; {
		least := int64(-1)
		for _, r := range runs {
			if n := r.load(); n > floor && (least < 0 || n < least) {
				least = n
			}
		}
		if least < 0 {
			return work{}
		}
		for i := range runs {
			r := runs[(w.turn+i)%len(runs)]
			if n := r.load(); n <= floor || n > least || !(r.hasWork() || r.stealable.Load() > 0) || w.shutOut(r) {
				continue
			}
			if w.visit(r) && outrun < patientLooks && r.loadOf(r.visitors.Load()-1) > least {
				w.visit(nil) // others came first
				outrun++
				least = -1
				break
			}
			if found := w.tryRun(r, eager); found.run != nil {
				w.turn = (w.turn + i + 1) % len(runs)
				return found
			}
		}
		floor = least
	}
}

// load is how many workers a run has, in relation to its share: of two runs the one with less is next.
func (r *Run) load() int64 { return r.loadOf(r.visitors.Load()) }

func (r *Run) loadOf(workers int32) int64 {
	return int64(workers) * unit / int64(max(r.Share, 1))
}

// patientLooks is how often a worker looks again that others have outrun: they may be about to leave as well.
const patientLooks = 8

// unit is the load of one worker for a share of 1: most shares divide it, and with as many workers as there may be it does not
// overflow.
const unit = 5040 * 1_000_000
