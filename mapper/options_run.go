package mapper

// RunOptions is what a run on a deployed function has of its own. The zero value works:
// ordered results, stop at the first failure.
type RunOptions struct {
	ReturnExceptions bool    // as in Options
	Unordered        bool    // as in Options
	Outstanding      int     // as in Options, of this run; zero means max(1000, 16·Containers)
	Journal          Journal // as in Options; nil means that nothing outlives the process
}
