package metrics

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Wants reports which events are counted.
func (r *Registry) Wants(kind supervisor.Kind) bool {
	switch kind {
	case supervisor.RunEnded, supervisor.FunctionStopped, supervisor.AttemptsEnded,
		supervisor.ContainerStarted, supervisor.ContainerReady, supervisor.ContainerCrashed, supervisor.CrashLoopOpened,
		supervisor.MachineJoined, supervisor.MachineDraining, supervisor.MachineLeft, supervisor.MachineLost:
		return true
	}
	return false
}

// Observe counts an event. What has ended is counted by then, and not a moment later: the end of a run
// waits for its observers.
func (r *Registry) Observe(ev supervisor.Event) {
	switch ev.Kind {
	case supervisor.RunEnded, supervisor.FunctionStopped:
		r.fold(ev.Run)
		return
	case supervisor.MachineJoined, supervisor.MachineDraining, supervisor.MachineLeft, supervisor.MachineLost:
		r.machine(ev)
		return
	}
	if name, m := r.count(ev); r.Measured != nil && m.n > 0 {
		r.Measured(m.instrument, name, m.took.Seconds(), m.n)
	}
}

// measurement is what goes into a histogram, n times.
type measurement struct {
	instrument string
	took       time.Duration
	n          int
}

// count counts an event under the name of its function. An error is asked before the lock is
// taken: its methods are the user's code.
func (r *Registry) count(ev supervisor.Event) (name string, m measurement) {
	var end ending
	if ev.Kind == supervisor.ContainerCrashed {
		end.phase, end.cause = Ending(ev.Err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.function(ev.Function)
	switch ev.Kind {
	case supervisor.AttemptsEnded:
		f.told.attempts(ev)
		m = measurement{attemptDuration, ev.Took, ev.Count}
	case supervisor.ContainerCrashed:
		f.told.crash(end)
	case supervisor.CrashLoopOpened:
		f.told.loops++
	case supervisor.ContainerStarted:
		if w := r.watched[ev.Pool]; w != nil {
			w.starts[ev.Lineage] = ev.Time
		}
	case supervisor.ContainerReady:
		if w := r.watched[ev.Pool]; w != nil && !w.starts[ev.Lineage].IsZero() {
			m = measurement{startDuration, ev.Time.Sub(w.starts[ev.Lineage]), 1}
			f.told.started.add(m.took.Seconds(), 1)
			delete(w.starts, ev.Lineage)
		}
	}
	return f.name, m
}

func (r *Registry) machine(ev supervisor.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.happened.add(ev)
}
