package main

import (
	"fmt"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

// A plan is everything that happens in one round, decided in advance: the same seed gives the
// same plan. What the scheduler makes of it is not in it.
type plan struct {
	Seed      uint64
	Processes bool // worker processes; else goroutines

	Alone    bool           // a run of its own, which is its one act; else a deployed function
	Body     string         // plain, state, batched, batched-state; or stream, alone
	Opts     mapper.Options // without Runtime and Observer
	Batch    mapper.Batch
	Flow     flow
	Joint    bool   // a batch in which something fails returns one error for all
	Observer string // none, quick, slow, panics, watcher
	Enters   []step // by the order of starts; what follows the last one succeeds
	Exits    []step // likewise
	Acts     []act

	EndBy  string        // of a function: stop, hurry, context
	EndAt  time.Duration // when that begins
	Within time.Duration // hurry: what is not drained after that is ended

	Workers process.Options
	Strikes []strike
}

// An act is something that somebody does, beside other acts.
type act struct {
	Does     string
	At       time.Duration
	Scripts  []script      // of its inputs, if it has some
	CancelIn time.Duration // of its context, or a call is cancelled; 0: never
	Opts     mapper.RunOptions
	Reader   reader
	Source   source
	Scale    mapper.Scale
	Nth      int // container
}

// A script says what the attempts of one input do. After the last step they succeed; so
// nobody needs a script who always succeeds.
type script []step

func (s script) step(attempt int) step {
	if attempt > len(s) {
		return step{Does: "ok"}
	}
	return s[attempt-1]
}

// A step is what one attempt does, or one start, or one exit.
type step struct {
	Does string
	Take time.Duration // it takes that long, and heeds its context unless it ignores it
}

// A reader takes results in a way of its own.
type reader struct {
	Pause   time.Duration
	Every   int // results between pauses; 0: no pause
	LeaveAt int // results after which it leaves; -1: never
	LeaveBy string
}

// A source is what the iterator of the inputs does besides yielding.
type source struct {
	Pause time.Duration
	Every int    // inputs between pauses; 0: no pause
	EndAt int    // inputs after which it ends by itself; -1: never
	EndBy string // panic, goexit
}

// A strike is what somebody outside does to a worker, whichever it hits.
type strike struct {
	At   time.Duration
	Does string // kill, term, freeze: SIGSTOP, and SIGCONT after Take
	Take time.Duration
	Nth  int
}

func (p *plan) batched() bool  { return p.Batch.Size > 0 }
func (p *plan) stateful() bool { return p.Body == "state" || p.Body == "batched-state" }

// String prints the plan without the scripts of inputs that always succeed.
func (p *plan) String() string {
	short := *p
	short.Acts = nil
	text := fmt.Sprintf("%+v", short)
	for i, a := range p.Acts {
		scripts := a.Scripts
		a.Scripts = nil
		text += fmt.Sprintf("\n  act %d, %d inputs: %+v", i, len(scripts), a)
		for k, s := range scripts {
			if len(s) > 0 {
				text += fmt.Sprintf("\n    input %d: %v", k, s)
			}
		}
	}
	return text
}
