package engine

import (
	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/supervisor"
)

// Second attempts of inputs whose first is slow, as a run sees them. Without Hedge there is no hedger.

// hedges gives the run a hedger, if it is to have one.
func (r *Run) hedges() {
	if !r.Hedge.On() {
		return
	}
	var may func(*chunk.Task) bool
	if r.aside != nil {
		may = func(t *chunk.Task) bool { return r.s.limits.Second(r.ID, t) }
	}
	r.hedger = newHedger(r.Hedge, hedging{
		now: r.s.Now, wake: r.s.Idle.WakeElse, tell: r.tellHedged, lost: ErrHedged, free: &r.free,
		may: may, total: r.s.Total,
	})
	r.maxClaim = 1
}

// tellHedged tells observers of a second attempt of an input, with its number.
func (r *Run) tellHedged(t *chunk.Task) {
	second := *t
	second.Attempts += 2
	r.emitInput(supervisor.InputHedged, &second, 0)
}

// Hedges is how many second attempts were begun, and how many of them were the first to succeed.
func (r *Run) Hedges() (begun, won int) {
	if r.hedger == nil {
		return 0, 0
	}
	return int(r.hedger.begun.Load()), int(r.hedger.won.Load())
}

// ready is how many second attempts may begin now.
func (r *Run) ready() int {
	if r.hedger == nil || !r.s.throttle.IsOpen() {
		return 0
	}
	return int(r.hedger.ready.Load())
}

// extra is how many attempts there are, or may be, beside one for each input.
func (r *Run) extra() int {
	if r.hedger == nil {
		return 0
	}
	return r.hedger.extra()
}

// hedgesFor reports that there is a second attempt for whoever asks, and has found nothing else.
func (r *Run) hedgesFor(who backlog.Taker) bool {
	return r.s.throttle.IsOpen() && !r.s.adaptive.IsFull() && r.hedger.has(who.Lineage) && r.s.rate.IsFree() &&
		!(who.Probe && r.backlog.InReach()) // see tryHedge
}

// isSecond reports that a chunk is a second attempt: its input is known to the journal from the first.
func isSecond(ch *chunk.Chunk) bool {
	_, which := raceOf(ch.Task)
	return which == secondAttempt
}

// giveBack gives back what a worker has taken and not begun.
func (r *Run) giveBack(ch *chunk.Chunk) {
	if r.hedger == nil || ch == nil || ch.Task == nil {
		r.backlog.Return(ch)
		return
	}
	t := r.hedger.returned(ch.Task)
	r.free.Put(ch)
	if t != nil {
		r.backlog.Again(t)
	}
}

// lineage implements [runner].
func (w *Worker) lineage() int { return w.c.Lineage() }

// cutOff implements [runner].
func (w *Worker) cutOff(cause error) { w.ctx.Load().Cancel(cause) }
