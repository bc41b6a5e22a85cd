package mapper

// RunOptions is what a run on a deployed function has of its own. The zero value works:
// ordered results, stop at the first failure.
type RunOptions struct {
	ReturnExceptions bool    // as in Options
	Unordered        bool    // as in Options
	Outstanding      int     // as in Options, of this run; zero means max(1000, 16·Containers)
	Journal          Journal // as in Options; nil means that nothing outlives the process

	// Share is how much of the function's containers the run has, beside other runs and the calls, which have 1
	// each: a run with 3 has three containers for each of one with 1, as far as both have work. Each has at least one
	// container, and where there are more runs than containers they take turns, whatever their shares. At most 1,000,000.
	// Zero means 1.
	Share int
}
