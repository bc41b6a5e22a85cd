package mapper

import (
	"iter"

	"github.com/longshore-go/longshore/internal/show"
)

// Source makes inputs of an iterator that may fail: the rows of a query, the pages of a listing, the lines of a file. The
// first error ends the inputs, and what comes with it is none. The inputs before it are finished and their results
// delivered as ever; then the run ends with a *[SourceError] that unwraps to the error, as its last Result and from [Run.Wait].
// (An error of which the run should not know is for the iterator to keep.) A nil iterator has no inputs.
//
// It is for runs, like MapSeq's and Start's, also where other iterators are built on it. A loop of one's own has no
// other way to learn of the error: there it is a panic.
func Source[In any](inputs iter.Seq2[In, error]) iter.Seq[In] {
	return func(yield func(In) bool) {
		if inputs == nil {
			return
		}
		for in, err := range inputs {
			if err != nil {
				panic(&sourceFailure{err})
			}
			if !yield(in) {
				return
			}
		}
	}
}

// sourceFailure is what a [Source] panics with, to leave the iterators that are built on it.
type sourceFailure struct{ err error }

// Error is for those who see the panic.
func (f *sourceFailure) Error() string {
	return "mapper: a Source outside of a run has failed: " + show.Error(f.err, 0)
}

// Unwrap returns the error of the inputs.
func (f *sourceFailure) Unwrap() error { return f.err }
