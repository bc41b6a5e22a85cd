package bench

import (
	"context"
	"time"
)

// A Special asks what one thing costs: it runs Case, and Base without that
// thing, in turns. Both check their own results and take the number of inputs.
type Special struct {
	Name string
	Asks string // what is measured, in words
	N    int    // inputs of one run

	Base, Case func(ctx context.Context, n int) error

	// Value makes the figure out of the time a run of each took.
	Value func(base, with time.Duration, n int) float64
	Unit  string
	Bar   float64 // the figure that the design allows at most
}

// nsPer is the time on top, in ns, for each of the things that one run has
// perInput of for each input.
func nsPer(perInput float64) func(base, with time.Duration, n int) float64 {
	return func(base, with time.Duration, n int) float64 {
		return float64(with-base) / (perInput * float64(n))
	}
}

// ratio is the time against the base plus a fixed time on top of it.
func ratio(plus time.Duration) func(base, with time.Duration, n int) float64 {
	return func(base, with time.Duration, _ int) float64 {
		return float64(with) / float64(base+plus)
	}
}
