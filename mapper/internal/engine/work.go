package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// What there is to do: whether, for how many containers, and for which worker.

// work is what a worker has found to do: a chunk, or a batch, of a run.
type work struct {
	run   *Run
	ch    *chunk.Chunk
	batch []*chunk.Chunk
}

func (s *Scheduler) hasWork() bool {
	for _, r := range *s.runs.Load() {
		if r.hasWork() && !r.quota.IsFull() {
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

// hasWork reports that some container could do something for the run.
func (r *Run) hasWork() bool {
	switch {
	case r.over.Load() || r.held():
		return false
	case r.suspects.some.Load():
		return true
	case r.former != nil:
		return r.backlog.Struck() || r.former.ready(backlog.Taker{Probe: probing(r.s.Alarm())})
	default:
		return r.backlog.Any() || r.fresh() || r.ready() > 0
	}
}

// Could is how many inputs wait that could begin, but for what holds all.
func (r *Run) Could() int {
	if r.over.Load() {
		return 0
	}
	return r.src.Waiting() + r.backlog.Inputs()
}

// Throttled reports that nothing of the run may begin for now because of its throttle, its rate, or Adaptive.
func (r *Run) Throttled() bool {
	return r.s.throttle.IsShut() || r.s.rate.IsShut() || r.s.adaptive.IsFull()
}

// fresh reports that there is an input which was not begun, and may be able to.
func (r *Run) fresh() bool {
	if r.aside == nil {
		return r.src.Waiting() > 0
	}
	return r.aside.Ready() || (r.src.Waiting() > 0 && !r.aside.Blocked())
}

// held reports that nothing may begin now.
func (r *Run) held() bool { return r.Paused() || r.Throttled() }

// hasWorkFor reports that there is something for whoever asks.
func (r *Run) hasWorkFor(who backlog.Taker) bool {
	switch {
	case r.over.Load() || r.held():
		return false
	case r.suspects.some.Load():
		return r.suspects.ready(r.visitors.Load())
	case r.former != nil:
		return r.former.ready(who)
	default:
		return r.backlog.For(who) || r.fresh() || (r.hedger != nil && r.hedgesFor(who))
	}
}

// Needed is how many inputs wait for a container, at least one if there is any work.
func (r *Run) needed() int {
	if !r.hasWork() {
		return 0
	}
	return r.quota.Room(max(r.src.Waiting()+r.backlog.Inputs()+r.ready(), 1))
}

// probing reports that a fresh input has crashed and nothing has finished since, or that
// nothing works.
func probing(a supervisor.Alarm) bool { return a.Crashed() || a.Looping() }

// Wake has somebody come who takes what there is to do.
func (r *Run) Wake() { r.s.Idle.Wake() }
