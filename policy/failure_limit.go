package policy

import "cmp"

const defaultOf = 100

// FailureLimit ends a run with ReturnExceptions that goes wrong: when Count inputs have failed for good, or Ratio of the
// last Of that are settled, whatever comes first. An input that the end of the run cuts short has not failed. The zero
// value means no limit.
//
// A FailureLimit is a plain value and safe for concurrent use.
type FailureLimit struct {
	Count int     // inputs that failed for good. Zero means any number
	Ratio float64 // of the last Of inputs that are settled, 0 to 1, asked for once there are as many. Zero means any
	Of    int     // at most 1,000,000. Zero means 100
	Soon  bool    // what executes finishes and counts. False means that it is cancelled
}

// maxOf bounds what a run remembers.
const maxOf = 1_000_000

// WithDefaults returns l with its zero fields filled in.
func (l FailureLimit) WithDefaults() FailureLimit {
	l.Of = cmp.Or(l.Of, defaultOf)
	return l
}

// Validate returns an *InvalidError for the first field out of bounds, or nil.
func (l FailureLimit) Validate() error {
	switch {
	case l.Count < 0:
		return invalid("FailureLimit.Count", l.Count, "must be 0 or more")
	case outside(l.Ratio, 0, 1):
		return invalid("FailureLimit.Ratio", l.Ratio, "must be from 0 to 1")
	case l.Of < 0 || l.Of > maxOf:
		return invalid("FailureLimit.Of", l.Of, "must be 0 (the default) to 1000000")
	case l.Of > 0 && l.Ratio == 0:
		return invalid("FailureLimit.Of", l.Of, "must be 0 without a Ratio")
	case l.Soon && l.Count == 0 && l.Ratio == 0:
		return invalid("FailureLimit.Soon", l.Soon, "must be false without a Count or a Ratio")
	}
	return nil
}
