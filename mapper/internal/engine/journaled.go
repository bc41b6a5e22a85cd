package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/durable"
)

// Journaled is what a run and its journal have done so far.
type Journaled struct {
	Restored   int // inputs, that earlier lives have settled
	Recorded   int // inputs, in this life
	Unrecorded int // inputs that are finished, and wait to be
	Lag        time.Duration
	Damaged    int // inputs whose record is
	Deaths     durable.Deaths
}

// Journaled is zero without a journal.
func (r *Run) Journaled() (j Journaled) {
	if k := r.keeper; k != nil {
		j = Journaled{
			Restored: int(r.restored.Load()), Damaged: int(r.damaged.Load()),
			Recorded: k.Recorded(), Unrecorded: k.Unrecorded(), Lag: k.Lag(), Deaths: k.Deaths(),
		}
	}
	return j
}

// Past is what the journal has of the lives before, and how many inputs of a slice it knew. The run has one.
func (r *Run) Past() (past durable.Past, knew int) { return r.keeper.Past() }

func (r *Run) unrecorded() int {
	if r.keeper == nil {
		return 0
	}
	return r.keeper.Unrecorded()
}
