package policy

import (
	"cmp"
	"time"
)

// Adaptive finds out how many attempts the other side bears, between Min and the Containers. It has fewer where they take
// longer than they did, and where they are refused (see [Throttled]) or time out; more while they do not. The zero value
// means that there are always as many as Containers.
//
// An Adaptive is a plain value and safe for concurrent use.
type Adaptive struct {
	Min     int           // over 0 turns it on
	Initial int           // where it begins. Zero means 20
	Window  time.Duration // of latencies, and at least 10 of them. Zero means 1 s
}

const (
	defaultLimit  = 20
	defaultWindow = time.Second
)

// On reports that the number of attempts is found out.
func (a Adaptive) On() bool { return a.Min > 0 }

// WithDefaults returns a with its zero fields filled in.
func (a Adaptive) WithDefaults() Adaptive {
	a.Initial = cmp.Or(a.Initial, defaultLimit)
	a.Window = cmp.Or(a.Window, defaultWindow)
	return a
}

// Validate returns an *InvalidError for the first field out of bounds, or nil.
func (a Adaptive) Validate() error {
	switch {
	case a.Min < 0:
		return invalid("Adaptive.Min", a.Min, "must not be negative")
	case a.Initial < 0:
		return invalid("Adaptive.Initial", a.Initial, "must not be negative")
	case a.Window < 0:
		return invalid("Adaptive.Window", a.Window, "must not be negative")
	case a.Min == 0 && a != Adaptive{}:
		return invalid("Adaptive.Min", a.Min, "must be over 0, or nothing is found out")
	}
	return nil
}
