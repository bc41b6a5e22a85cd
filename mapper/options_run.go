package mapper

import "fmt"

// RunOptions is what a run on a deployed function has of its own. The zero value works:
// ordered results, stop at the first failure.
type RunOptions struct {
	ReturnExceptions bool    // as in Options
	Unordered        bool    // as in Options
	Outstanding      int     // as in Options, of this run; zero means max(1000, 16·Containers)
	Journal          Journal // as in Options; nil means that nothing outlives the process

	// Containers is how many of the function's containers work for the run at the same time, at most: for a run that must not
	// bother another system with all of them. Where a container has several inputs (MaxInputs), it is so many times as many
	// attempts, in whichever containers. At most 1,048,576. Zero means all that the function has.
	Containers int

	// Share is how much of the function's containers the run has, beside other runs and the calls, which have 1
	// each: a run with 3 has three containers for each of one with 1, as far as both have work. Each has at least one
	// container, and where there are more runs than containers they take turns, whatever their shares. At most 1,000,000.
	// Zero means 1.
	Share int
}

func (o RunOptions) validate() error {
	if o.Containers < 0 || o.Containers > maxContainers {
		return invalid("Containers", o.Containers, fmt.Sprintf("must be 0 (for all) to %d", maxContainers))
	}
	if o.Share < 0 || o.Share > maxShare {
		return invalid("Share", o.Share, fmt.Sprintf("must be 0 (for 1) to %d", maxShare))
	}
	return nil
}
