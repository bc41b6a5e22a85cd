package mapper

import (
	"fmt"
	"time"
)

// Batch says when a function over batches is called: as soon as Size inputs wait, or when
// one has waited for Wait, or when no more can come. The batches of a run are its own, those
// of a function's calls are common to all callers.
type Batch struct {
	// Size is how many inputs one call is given at most, 1 to 1000. A run whose Outstanding
	// is less is given no more than that.
	Size int

	// Wait is how long inputs wait for others to fill their batch, counted from the moment
	// when a container could have taken the first of them; at most 10 minutes. Zero means
	// that a container takes what there is.
	Wait time.Duration
}

// Bounds of a Batch, the reference's.
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
