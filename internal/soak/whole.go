package main

import (
	"errors"

	"github.com/longshore-go/longshore/mapper"
)

// cut reports that the run may have ended before its inputs did.
func (v *view) cut() bool {
	p := v.p
	return v.left || v.a.Reader.LeaveAt >= 0 || v.a.CancelIn > 0 || v.a.Source.EndAt >= 0 || p.mayCutOff() ||
		!p.Alone && (p.EndBy != "stop" || v.refused())
}

// refused reports that the run did not begin: it has one result with index -1.
func (v *view) refused() bool { return len(v.seen) == 0 && v.failures > 0 }

// whole looks at a run that was read to its end.
func (v *view) whole(reason error) {
	n, p := len(v.a.Scripts), v.p
	_, exit := errors.AsType[*mapper.ExitError](reason)
	_, input := errors.AsType[*mapper.InputError](reason)
	switch {
	case !v.a.Opts.ReturnExceptions && v.failures > 1:
		p.problem("act %d: %d failures in a run that ends at the first", v.i, v.failures)
	case !v.cut() && len(v.seen) != n && (v.a.Opts.ReturnExceptions || v.failures == 0):
		p.problem("act %d: %d of %d inputs settled, %d failed, and no reason but %v", v.i, len(v.seen), n, v.failures, reason)
	case v.a.Opts.ReturnExceptions && v.a.Does == "map" && len(v.seen) != n && !v.refused():
		p.problem("act %d: %d results for %d inputs of a slice, and the reader has read on", v.i, len(v.seen), n)
	case reason != nil && errors.Is(reason, mapper.ErrUnread):
		p.problem("act %d: results dropped of a reader who reads: %w", v.i, reason)
	case reason != nil && !(exit && p.mayExitBadly()) && !(input && v.failures == 1 && !v.a.Opts.ReturnExceptions) && !p.mayEnd(v.i, reason):
		p.problem("act %d ended without a reason: %w", v.i, reason)
	}
}

// stats compares the numbers of a run that went to its end with what was seen.
func (v *view) stats(s mapper.Stats) {
	if v.p.Alone && s.Running != 0 {
		v.p.problem("act %d: its end has containers that execute inputs: %+v", v.i, s)
	}
	if v.cut() || v.failures > 0 && !v.a.Opts.ReturnExceptions {
		return
	}
	n := len(v.a.Scripts)
	if s.Inputs != n || s.Taken != n || s.Delivered != n || s.Succeeded != n-v.failures || s.Failed != v.failures || s.Retrying != 0 {
		v.p.problem("act %d: %d inputs, %d failures, and Stats says: %+v", v.i, n, v.failures, s)
	}
	if v.p.calm() && v.p.book.injections()["throttled"] == 0 && v.attempts != n+s.Retries+s.Reruns+s.Hedges {
		v.p.problem("act %d: %d attempts of %d inputs, and Stats says: %d retries, %d re-runs, %d hedges", v.i, v.attempts, n, s.Retries, s.Reruns, s.Hedges)
	}
}
