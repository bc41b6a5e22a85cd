package mapper

import (
	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/supervisor"
)

// OutcomeOf is what came of the run or the function, empty while it lives. It blocks on nothing but
// methods of the error that ended it, which are called under guard.
func OutcomeOf(v View) supervisor.Outcome {
	select {
	case <-v.Done():
		return outcome(v.About().Function, v.Counts(), v.Err())
	default:
		return ""
	}
}

// outcome goes by the type of what ended it, but for the cause with which a context was cancelled:
// that is anything.
func outcome(function bool, c Counts, err error) supervisor.Outcome {
	if err == nil {
		switch {
		case function:
			return supervisor.WasStopped
		case c.Failed > 0:
			return supervisor.WithFailures
		}
		return supervisor.Completed
	}
	if _, ok := err.(*FailureLimitError); ok { // it unwraps to an InputError, and an input's failure may be another run's
		return supervisor.CutOff
	}
	if _, ok := guard.As[*InputError](err); ok { // it may wrap any of the others
		return supervisor.FailedAtInput
	}
	if _, ok := guard.As[*SourceError](err); ok {
		return supervisor.SourceFailed
	}
	switch _, cut := guard.As[*supervisor.CutoffError](err); {
	case guard.Is(err, ErrStopped):
		return supervisor.WasStopped
	case cut:
		return supervisor.CutOff
	case function:
		return supervisor.WasStopped
	}
	return supervisor.Cancelled
}
