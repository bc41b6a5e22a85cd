package engine

import (
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Scheduler is the runs that share a pool, and which of them a worker serves next.
//
// A worker serves one run at a time and says which, so that the run can wait for it. It
// asks after each chunk whose turn it is: the run that has the fewest workers goes first, so
// that a huge run of slow inputs and a single call get their share of the containers alike;
// among equals it goes round. (To count chunks or inputs would give the run with the slower
// inputs nearly all the time.)
type Scheduler struct {
	*fleet.Pool
	runs    atomic.Pointer[[]*Run]
	control backlog.Control

	mu   sync.Mutex // guards changes of runs
	past int64      // what runs that are over have brought to an end
}

// NewScheduler makes one for a pool that is not started.
func NewScheduler(p *fleet.Pool) *Scheduler {
	s := &Scheduler{Pool: p}
	s.runs.Store(new([]*Run))
	p.Hooks = fleet.Hooks{
		NewWorker: func(c *fleet.Container, slot int) fleet.Worker { return newWorker(s, c, slot) },
		Work:      s.hasWork,
		Needed:    s.needed,
		Cutoff:    s.cutoff,
	}
	return s
}

// Runs are those that containers may serve.
func (s *Scheduler) Runs() []*Run { return *s.runs.Load() }

// Attach lets containers serve a run.
func (s *Scheduler) Attach(r *Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	runs := append([]*Run(nil), *s.runs.Load()...)
	runs = append(runs, r)
	s.runs.Store(&runs)
}

// detach has no container begin to serve the run any more.
func (s *Scheduler) detach(r *Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var runs []*Run
	for _, other := range *s.runs.Load() {
		if other != r {
			runs = append(runs, other)
		} else {
			s.past += r.progress()
		}
	}
	s.runs.Store(&runs)
}

func (s *Scheduler) hasWork() bool {
	for _, r := range *s.runs.Load() {
		if r.hasWork() {
			return true
		}
	}
	return false
}

// needed is how many containers there is work for, with so many inputs each.
func (s *Scheduler) needed(perContainer int) int {
	n := 0
	for _, r := range *s.runs.Load() {
		n += r.needed()
	}
	return (n + perContainer - 1) / perContainer
}

// progress is how many attempts of all runs have come to another end than a crash.
func (s *Scheduler) progress() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.past
	for _, r := range *s.runs.Load() {
		n += r.progress()
	}
	return n
}

// deployed reports that the pool never gives up.
func (s *Scheduler) deployed() bool {
	_, yes := s.Crashes.(policy.Deployed)
	return yes
}

// inReach reports that a fresh input of some run may be begun now.
func (s *Scheduler) inReach() bool {
	for _, r := range *s.runs.Load() {
		if !r.over.Load() && r.backlog.InReach() {
			return true
		}
	}
	return false
}

// Reset voids what is known of the crashes.
func (s *Scheduler) Reset() {
	s.Pool.Reset()
	for _, r := range *s.runs.Load() {
		r.backlog.Hurry()
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

// workers yields every worker of the pool.
func (s *Scheduler) workers(yield func(*Worker) bool) {
	for w := range s.Workers {
		if !yield(w.(*Worker)) {
			return
		}
	}
}

// work is what a worker has found to do: a chunk, or a batch, of a run.
type work struct {
	run   *Run
	ch    *chunk.Chunk
	batch []*chunk.Chunk
}

// next finds the worker something to do.
func (s *Scheduler) next(w *Worker, eager bool) work {
	w.leaveCompany()
	if !s.MayTake(w.slot) || !w.join() {
		return work{}
	}
	found := s.find(w, eager)
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
	// One pass for each number of workers that some run has: there are few runs.
	for floor := int32(-1); ; {
		least := int32(-1)
		for _, r := range runs {
			if n := r.visitors.Load(); n > floor && (least < 0 || n < least) {
				least = n
			}
		}
		if least < 0 {
			return work{}
		}
		for i := range runs {
			r := runs[(w.turn+i)%len(runs)]
			if n := r.visitors.Load(); n <= floor || n > least || !(r.hasWork() || r.stealable.Load() > 0) {
				continue
			}
			if found := w.tryRun(r, eager); found.run != nil {
				w.turn = (w.turn + i + 1) % len(runs)
				return found
			}
		}
		floor = least
	}
}
