package mapper

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// The errors of inputs: one, all of a run, those of a batch, those of the source.

// InputError says which input failed for good, after how many attempts, and why. It
// unwraps to the reason.
type InputError struct {
	Index    int
	Attempts int // executions begun, retries and re-runs included
	Err      error
	// Unfinished says that the input was cut short and not judged, since the run had ended before, see [Result]. It is
	// for those in a *[FailuresError]: what ends a run is judged.
	Unfinished bool
}

// Error names the input and the reason.
func (e *InputError) Error() string {
	what := "failed"
	if e.Unfinished {
		what = "left unfinished"
	}
	return fmt.Sprintf("mapper: input %d %s after %s: %s", e.Index, what, attempts(e.Attempts), show.Error(e.Err, 0))
}

// Unwrap returns the reason.
func (e *InputError) Unwrap() error { return e.Err }

func inputs(n int) string { return amount.Plain(n, "input", "inputs") }

func attempts(n int) string { return amount.Plain(n, "attempt", "attempts") }

// FailuresError lists every input that failed in a run with ReturnExceptions, by
// index, those included that the end of the run has left unfinished. errors.Is and errors.As ask each of them.
type FailuresError struct {
	Failures []InputError
	Inputs   int // how many inputs the run had
}

// Of returns the failure of the input with that index, nil if it has none: then Collect's value of it counts, also where it
// is zero.
func (e *FailuresError) Of(index int) *InputError {
	i, found := slices.BinarySearchFunc(e.Failures, index, func(f InputError, index int) int { return cmp.Compare(f.Index, index) })
	if !found {
		return nil
	}
	return &e.Failures[i]
}

// Unfinished is how many of the failures are inputs that the end of the run has left unfinished.
func (e *FailuresError) Unfinished() int {
	n := 0
	for i := range e.Failures {
		if e.Failures[i].Unfinished {
			n++
		}
	}
	return n
}

// shown is how many failures Error prints: ten thousand of them are no message.
const shown = 10

// Error prints the first ten failures and the count of all.
func (e *FailuresError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mapper: %d of %s failed", len(e.Failures), inputs(e.Inputs))
	if n := e.Unfinished(); n > 0 {
		fmt.Fprintf(&b, ", %d of them unfinished", n)
	}
	for i := range min(len(e.Failures), shown) {
		f := &e.Failures[i]
		fmt.Fprintf(&b, "\n\tinput %d after %s: %s", f.Index, attempts(f.Attempts), show.Error(f.Err, 0))
	}
	if rest := len(e.Failures) - shown; rest > 0 {
		fmt.Fprintf(&b, "\n\tand %d more", rest)
	}
	return b.String()
}

// Unwrap returns the failures, each an *InputError.
func (e *FailuresError) Unwrap() []error {
	errs := make([]error, len(e.Failures))
	for i := range e.Failures {
		errs[i] = &e.Failures[i]
	}
	return errs
}

// FailureLimitError says that a run has ended because too many of its inputs had failed, see Options.FailureLimit. It
// unwraps to the last failure, an *[InputError].
type FailureLimitError struct {
	Limit  policy.FailureLimit
	Failed int   // inputs that had failed for good by then
	Err    error // the last of these failures
}

// Error says how many, and why the last.
func (e *FailureLimitError) Error() string {
	return fmt.Sprintf("mapper: %s failed, which is the limit; the last: %s", inputs(e.Failed), show.Error(e.Err, 0))
}

// Unwrap returns the last failure.
func (e *FailureLimitError) Unwrap() error { return e.Err }

// LengthError says that a function over batches returned another number of values, or of
// [Errors], than it was given inputs. It is the error of every input of the batch, and
// unwraps to the Errors, if there were any.
type LengthError struct {
	Inputs, Values int
	Errors         Errors
}

// Error says the numbers.
func (e *LengthError) Error() string {
	text := fmt.Sprintf("mapper: a batch of %s returned %s", inputs(e.Inputs), amount.Plain(e.Values, "value", "values"))
	if len(e.Errors) > 0 {
		text += fmt.Sprintf(" and %s: %v", amount.Plain(len(e.Errors), "error", "errors"), e.Errors)
	}
	return text
}

// Unwrap returns the Errors, if the function returned any.
func (e *LengthError) Unwrap() error {
	if len(e.Errors) == 0 {
		return nil
	}
	return e.Errors
}

// Errors is what a function over batches returns to fail some of its inputs: an error for
// each input of the batch, nil for those whose value counts. It is a verdict on each: nothing is
// executed again to find out whose error it was, see [Batch]. Where all have an error there
// need be no values. One without elements is no error, and one of another length is a
// *[LengthError] for every input. It crosses from a worker process beside the values.
type Errors = supervisor.Errors

// SourceError says that inputs are missing: the iterator of a [Source] has met the error Err, or it
// panicked, or called runtime.Goexit (Panic is nil then). It unwraps to Err, or to the error panicked with.
type SourceError struct {
	Err   error
	Panic any
	Stack string // of the panic
}

// Error says what the iterator did.
func (e *SourceError) Error() string {
	switch {
	case e.Err != nil:
		return "mapper: the inputs' iterator failed: " + show.Error(e.Err, 0)
	case e.Panic == nil:
		return "mapper: the inputs' iterator called runtime.Goexit"
	}
	return "mapper: the inputs' iterator panicked: " + show.Text(e.Panic, 0)
}

// Unwrap returns the error of the iterator, if it had one.
func (e *SourceError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	err, _ := e.Panic.(error)
	return err
}

// WeightError says that an input weighs more than Options.Capacity: it has no attempts.
type WeightError struct {
	Weight, Capacity int64
}

// Error says both.
func (e *WeightError) Error() string {
	return fmt.Sprintf("mapper: the input weighs %d, more than the Capacity of %d", e.Weight, e.Capacity)
}

// KeyError says that a function of the user's that was asked about an input has panicked or called runtime.Goexit: the one
// given to [Body.Keyed], KeyLimit.For or the one given to [Body.Weighted]. The input has no attempts.
type KeyError struct {
	Panic any    // what it panicked with; nil for runtime.Goexit
	Stack string // where
}

// Error says what it panicked with.
func (e *KeyError) Error() string {
	if e.Panic == nil {
		return "mapper: asking for the key or the weight of the input: runtime.Goexit was called"
	}
	return "mapper: asking for the key or the weight of the input: panic: " + show.Text(e.Panic, 200)
}
