package event

import (
	"strconv"

	"github.com/longshore-go/longshore/internal/amount"
)

// Outcome is what came of a run or a deployed function, in one of a few words: the same in events, logs,
// metrics, summaries and on pages.
type Outcome string

// The outcomes.
const (
	Completed     Outcome = "completed"               // every input is settled, and none has failed
	WithFailures  Outcome = "completed_with_failures" // every input is settled, and some have failed
	CutOff        Outcome = "cut_off"                 // crashes outweighed progress, or too many inputs failed
	Cancelled     Outcome = "cancelled"               // its context ended
	Stopped       Outcome = "stopped"                 // it was told to, or its reader has left
	FailedAtInput Outcome = "failed_at_input"         // the first input to fail for good ended it
	SourceFailed  Outcome = "source_failed"           // its inputs could not be had
)

// Outcomes is all of them.
func Outcomes() []Outcome {
	return []Outcome{Completed, WithFailures, CutOff, Cancelled, Stopped, FailedAtInput, SourceFailed}
}

// Say is the outcome for people: of so many inputs that have failed, or of the input that ended it.
// Nothing is said of no outcome.
func (o Outcome) Say(failed, input int) string {
	switch o {
	case WithFailures:
		return "completed with " + amount.Plain(failed, "failure", "failures")
	case CutOff:
		return "cut off"
	case FailedAtInput:
		if input < 0 {
			return "failed at an input"
		}
		return "failed at input " + strconv.Itoa(input)
	case SourceFailed:
		return "its source failed"
	}
	return string(o)
}
