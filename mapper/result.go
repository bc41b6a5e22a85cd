package mapper

// Result is what became of one input. With ReturnExceptions every input of a run gets
// exactly one. Without, nothing follows the first failure, and inputs before it that
// were slower may be missing.
type Result[In, Out any] struct {
	// Index of the input, from 0. A run that ended early for a reason that no result of
	// an input says (invalid Options; a [Source] that failed, an iterator that panicked when
	// all that it had yielded was settled) says it in a last Result with Index -1.
	Index int
	Input In
	// Value is what the function has returned, and zero where Err is set, whatever it has returned beside the error.
	Value Out
	// Err is nil, or why the input failed for good: the function's own error, a
	// *TimeoutError, a *supervisor.CrashError, a *supervisor.CutoffError (which unwraps
	// to the last crash of the run: ask for it first), the cause of the end of the run's
	// context, ErrStopped, or a *SourceError.
	Err error
	// Attempts is the number of executions begun, retries and re-runs included.
	Attempts int
	// Unfinished says that the input was cut short and not judged: the run had ended before, by its context, by Stop, by
	// a cutoff or a limit, and Err is why. Such an input may be well, and is worth another run. False where Err
	// is the input's own failure, and where it is nil.
	Unfinished bool
}
