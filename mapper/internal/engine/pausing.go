package engine

import (
	"cmp"
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
	s.tell(supervisor.Event{Kind: supervisor.Paused, Run: id})
}

// resume ends it.
func (s *Scheduler) resume(paused *atomic.Bool, id uint64) {
	if !paused.Swap(false) {
		return
	}
	s.tell(supervisor.Event{Kind: supervisor.Resumed, Run: id})
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

// tell tells observers of a run or a function as such, which it is where no run is named.
func (s *Scheduler) tell(ev supervisor.Event) {
	ev.Run = cmp.Or(ev.Run, s.ID)
	ev.Container, ev.Lineage, ev.Input = -1, -1, supervisor.NoInput
	s.Events().Emit(ev)
}
