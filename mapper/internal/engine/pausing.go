package engine

import "github.com/longshore-go/longshore/supervisor"

// A pause of a run, or of a function with all its runs and calls: no attempt begins until it is resumed.

// Pause begins it, if none is under way.
func (r *Run) Pause() {
	if r.over.Load() || r.paused.Swap(true) {
		return
	}
	r.s.heedAll()
	r.tell(supervisor.Paused)
}

// Resume ends it, if one is under way.
func (r *Run) Resume() {
	if !r.paused.Swap(false) || r.over.Load() {
		return
	}
	r.tell(supervisor.Resumed)
	r.s.stir()
}

// Paused reports that one is under way, of the run or of its function.
func (r *Run) Paused() bool { return r.paused.Load() || r.s.paused.Load() }

// Pause is Run.Pause for a function.
func (s *Scheduler) Pause() {
	if s.paused.Swap(true) {
		return
	}
	s.heedAll()
	s.tell(supervisor.Paused, s.ID)
}

// Resume is Run.Resume for a function.
func (s *Scheduler) Resume() {
	if !s.paused.Swap(false) {
		return
	}
	s.tell(supervisor.Resumed, s.ID)
	s.stir()
}

// heedAll has whoever is about to begin an input look first.
func (s *Scheduler) heedAll() {
	for w := range s.Workers {
		w.(*Worker).look.Store(true)
	}
}

// stir has everybody look for work.
func (s *Scheduler) stir() {
	for range s.Idle.Idle() {
		s.Idle.WakeOne()
	}
	s.Idle.Nudge() // somebody may have come, or has to
}

func (r *Run) tell(kind supervisor.Kind) { r.s.tell(kind, r.ID) }

func (s *Scheduler) tell(kind supervisor.Kind, run uint64) {
	s.Events().Emit(supervisor.Event{Kind: kind, Run: run, Container: -1, Lineage: -1, Input: supervisor.NoInput})
}
