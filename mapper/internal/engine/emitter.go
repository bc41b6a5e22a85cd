package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/park"
)

// emitter is the delivering half of a run. All of it but the waiter is the reader's own.
type emitter struct {
	results        chunk.Queue
	reader         park.Waiter
	timer          *time.Timer
	causeDelivered bool // a result was delivered that says why the run ended
	stage          stage
	uncounted      bool // what is delivered now is no input that counts as settled
}

// stage is how far an emitter has come with a run that ended early.
type stage int

const (
	live      stage = iota
	finished        // before the failure that has ended the run, in order
	aborted         // what the joined run leaves: settled, taken, never taken
	delivered       // nothing more comes
)

// alarm is the emitter's own timer, set to d.
func (e *emitter) alarm(d time.Duration) <-chan time.Time {
	if e.timer == nil {
		e.timer = time.NewTimer(d)
	} else {
		e.timer.Reset(d)
	}
	return e.timer.C
}
