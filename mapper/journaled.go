package mapper

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/engine"
)

// Journaled is what a run and its Journal have done so far. Without one it is zero.
type Journaled struct {
	Restored   int           // inputs, of those settled: an earlier life had settled them, and none executes
	Recorded   int           // inputs that were recorded in this life
	Unrecorded int           // inputs that are finished and wait to be: nobody is told of them yet
	Lag        time.Duration // how long the first of those has waited, roughly
	Damaged    int           // inputs that were executed again, since what the Journal had of them is damaged

	Deaths    int // of the whole process with the run in hand, in all lives before
	Suspected int // inputs that were executing at one, and have not come to an end since: each executes alone
	Convicted int // inputs that fail with a *DeathError, instead of executing
}

func journaledOf(e *engine.Run) Journaled {
	j := e.Journaled()
	return Journaled{
		Restored: j.Restored, Recorded: j.Recorded, Unrecorded: j.Unrecorded, Lag: j.Lag, Damaged: j.Damaged,
		Deaths: j.Deaths.Process, Suspected: j.Deaths.Suspects, Convicted: j.Deaths.Convicted,
	}
}
