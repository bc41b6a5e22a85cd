package mapper

import (
	"fmt"
	"time"
)

// Batch says when a function over batches is called: as soon as Size inputs wait, or when
// one has waited for Wait, or when no more can come. The batches of a run are its own, those
// of a function's calls are common to all callers.
//
// # Bad inputs
//
// A bad input does not take its batch along. Where a batch would fail for good (an error that is
// [policy.Permanent], or Retries are used up) with one error for all its inputs, a timeout
// included, nobody knows which of them are bad. So its halves are executed, each as a batch by
// itself. A half that fails is halved in turn, and in the end the bad inputs fail alone, each
// with the error of a call that was for it alone. The others have their values.
//
// These calls come at once, before new batches, that with the lowest inputs first, and idle
// containers take part. With the call that failed they are at most 2n-1 for a batch of n; for one
// bad input among a thousand, 21. They are charged to nobody's Retries, and an input that has
// retries left and fails in a way that may pass is retried as ever. Each call counts in
// Attempts. Without ReturnExceptions the run ends with the first bad input that is found.
//
// So a good input may be executed several times for the sake of a bad one. The function should
// have its effect on a batch as a whole or not at all, as a transaction has, or do no harm when
// it is called again. An input that never ends in time costs a Timeout each time, and a
// container where the function ignores its context. Where no input is to blame, since the
// database is away, say, it can spare itself the search by [Errors] with that error for each
// input: those are a verdict on each.
// Nothing is searched either where the function returns another number of values (a
// *[LengthError] is its own fault), where it was refused by [policy.Throttled], which is about all, under AtMostOnce, after the end of the run, and after a
// crash, when inputs run alone by themselves.
type Batch struct {
	// Size is how many inputs one call is given at most, 1 to 1000. A run whose Outstanding
	// is less is given no more than that.
	Size int

	// Wait is how long inputs wait for others to fill their batch, counted from the moment
	// when a container could have taken the first of them; at most 10 minutes. Zero means
	// that a container takes what there is.
	Wait time.Duration

	// Whole has all inputs of a batch fail that fails for good with one error. False means that
	// the bad ones are searched for, see above.
	Whole bool
}

// Bounds of a Batch, Modal's.
const (
	maxBatchSize = 1000
	maxBatchWait = 10 * time.Minute
)

// Validate returns nil, or a *policy.InvalidError that names the first bad field.
func (b Batch) Validate() error {
	switch {
	case b.Size < 1 || b.Size > maxBatchSize:
		return invalid("Batch.Size", b.Size, fmt.Sprintf("must be 1 to %d", maxBatchSize))
	case b.Wait < 0:
		return invalid("Batch.Wait", b.Wait, "must not be negative")
	case b.Wait > maxBatchWait:
		return invalid("Batch.Wait", b.Wait, fmt.Sprintf("cannot be greater than %v", maxBatchWait))
	}
	return nil
}
