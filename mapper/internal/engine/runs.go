package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/pace"
	"github.com/longshore-go/longshore/policy"
)

// The list of runs that share a pool, and what is asked of all of them.

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

// workers yields every worker of the pool.
func (s *Scheduler) workers(yield func(*Worker) bool) {
	for w := range s.Workers {
		if !yield(w.(*Worker)) {
			return
		}
	}
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

// progress counts attempts of this life that came to an end other than by crashing.
func (r *Run) progress() int64 {
	return r.succeeded.Load() - r.restored.Load() + int64(r.unrecorded()) + r.failures.Load()
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

// deployed reports that the pool never gives up.
func (s *Scheduler) deployed() bool {
	_, yes := s.Crashes.(policy.Deployed)
	return yes
}

// Reset voids what is known of the crashes.
func (s *Scheduler) Reset() {
	s.Pool.Reset()
	for _, r := range *s.runs.Load() {
		r.backlog.Hurry()
	}
}

// claimTarget is how long a claim is meant to take.
func (s *Scheduler) claimTarget() time.Duration {
	if s.Runtime != nil {
		return pace.There
	}
	return pace.Here
}
