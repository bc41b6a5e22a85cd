package policy

import (
	"cmp"
	"math"
	"time"
)

// Hedge is a second attempt of an input whose first is slow: what succeeds first counts, and the other is cancelled. The
// zero value means none.
//
// A Hedge is a plain value and safe for concurrent use.
type Hedge struct {
	After    time.Duration // of the first attempt. Zero means the Quantile
	Quantile float64       // of the latest attempts that succeeded, from the 100th on; below 1. Zero and no After: no hedges
	Budget   float64       // hedges under way, as a part of all attempts under way, at least one; 0 to 1. Zero means 0.05
}

const defaultHedgeBudget = 0.05

// On reports that there are hedges.
func (h Hedge) On() bool { return h.After > 0 || h.Quantile > 0 }

// WithDefaults returns h with its zero fields filled in.
func (h Hedge) WithDefaults() Hedge {
	h.Budget = cmp.Or(h.Budget, defaultHedgeBudget)
	return h
}

// Most is how many hedges may be under way among so many attempts.
func (h Hedge) Most(attempts int) int {
	return max(int(math.Floor(h.WithDefaults().Budget*float64(attempts))), 1)
}

// Validate returns an *InvalidError for the first field out of bounds, or nil.
func (h Hedge) Validate() error {
	switch {
	case h.After < 0:
		return invalid("Hedge.After", h.After, "must not be negative")
	case outside(h.Quantile, 0, math.Nextafter(1, 0)):
		return invalid("Hedge.Quantile", h.Quantile, "must be from 0 (none) to below 1")
	case outside(h.Budget, 0, 1):
		return invalid("Hedge.Budget", h.Budget, "must be from 0 (for 0.05) to 1")
	}
	return nil
}
