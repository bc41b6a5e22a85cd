package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// What an attempt without success leaves to decide, where another one of its input may execute.

// raced takes in that an attempt has ended without success. It returns the input whose fate is to be decided now, nil for none:
// the other attempt goes on, or has won.
func (r *Run) raced(t *chunk.Task) *chunk.Task {
	own, v := r.hedger.failed(t, nil)
	if v != decides {
		return nil
	}
	return own
}

// racedCrash is raced for an attempt that has crashed, which is charged at once. If it was the input's last, that decides.
func (r *Run) racedCrash(t *chunk.Task, crash *supervisor.CrashError, c backlog.Crash) *chunk.Task {
	fatal := false
	own, v := r.hedger.failed(t, func(own *chunk.Task) bool {
		fatal = !r.over.Load() && r.backlog.Crash(own, c)
		return fatal
	})
	if fatal {
		r.fail(own, crash)
	}
	if fatal || v != decides {
		return nil
	}
	return own
}
