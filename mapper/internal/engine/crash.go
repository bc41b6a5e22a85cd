package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// Crashed implements [fleet.Worker].
func (w *Worker) Crashed(crash *supervisor.CrashError) supervisor.Evidence {
	c := w.newCrash(crash)
	if w.lost != nil {
		w.lost.settleLost(crash, func(t *chunk.Task) { w.strike(w.lost.r, t, c) })
	} else {
		w.started.Store(0)
		w.reclaim(w.position(), nil, func(r *Run, t *chunk.Task, _ int) { w.strike(r, t, c) })
		w.unask()
	}
	w.leave()
	c.evidence.InReach = w.s.inReach()
	return c.evidence
}

// position is that of the attempt begun last. A worker may crash before its first: a function that is asked for a key
// may end the goroutine.
func (w *Worker) position() int {
	if c := w.ctx.Load(); c != nil {
		return c.Position()
	}
	return elsewhereGoroutine
}

// crashed is a crash while it is settled.
type crashed struct {
	*supervisor.CrashError
	backlog.Crash
	evidence supervisor.Evidence
}

func (w *Worker) newCrash(crash *supervisor.CrashError) *crashed {
	alarm := w.c.Alarm()
	return &crashed{
		CrashError: crash,
		Crash: backlog.Crash{
			Lineage: w.c.Lineage(), Certain: w.batched() <= 1, Looping: alarm.Looping(), Doubt: alarm.Doubt(), Progress: w.s.progress(),
		},
		evidence: supervisor.Evidence{Idle: true, Fresh: true},
	}
}

// strike settles an input that executed when the container crashed. That of one that was asked
// to end there, or went with its machine, is not held against it. The caller holds w.mu.
func (w *Worker) strike(r *Run, t *chunk.Task, c *crashed) {
	e := &c.evidence
	e.Idle, e.Begun = false, w.s.At(w.since)
	switch {
	case c.Lost:
		e.Fresh = false
		r.elsewhere(t, c.CrashError)
		return
	case w.interrupted:
		e.Fresh = false
		r.elsewhere(t, nil)
		return
	}
	e.Fresh = e.Fresh && t.Crashes == 0
	if c.Input == supervisor.NoInput { // of a batch, only the first: observers may read it by then
		c.Phase, c.Run, c.Input = supervisor.PhaseInput, r.ID, t.Index
	}
	r.struck(t, c.CrashError, c.Crash)
}
