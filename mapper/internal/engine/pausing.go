package engine

import (
	"sync/atomic"

	"github.com/longshore-go/longshore/supervisor"
)

// A pause of a run, or of a function with all its runs and calls: no attempt begins until it is resumed.

// Pause begins it, if none is under way.
func (r *Run) Pause() {
	if !r.over.Load() {
		r.s.pause(&r.paused, r.ID)
	}
}

// Resume ends it, if one is under way.
func (r *Run) Resume() {
	if !r.over.Load() {
		r.s.resume(&r.paused, r.ID)
	}
}

// Paused reports that one is under way, of the run or of its function.
func (r *Run) Paused() bool { return r.paused.Load() || r.s.paused.Load() }

// Pause is Run.Pause for a function.
func (s *Scheduler) Pause() { s.pause(&s.paused, s.ID) }

// Resume is Run.Resume for a function.
func (s *Scheduler) Resume() { s.resume(&s.paused, s.ID) }

// pause begins the pause that the flag says, of the run or function with that number.
func (s *Scheduler) pause(paused *atomic.Bool, id uint64) {
	if paused.Swap(true) {
		return
	}
	s.heedAll()
	s.tell(supervisor.Paused, id)
}

// resume ends it.
func (s *Scheduler) resume(paused *atomic.Bool, id uint64) {
	if !paused.Swap(false) {
		return
	}
	s.tell(supervisor.Resumed, id)
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

// tell tells observers of a run or a function as such.
func (s *Scheduler) tell(kind supervisor.Kind, id uint64) {
	s.Events().Emit(supervisor.Event{Kind: kind, Run: id, Container: -1, Lineage: -1, Input: supervisor.NoInput})
}
