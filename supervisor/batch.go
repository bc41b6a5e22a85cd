package supervisor

import (
	"fmt"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/internal/show"
)

// Errors is what a function over batches returns to fail some of its inputs: an error for
// each input of the batch, nil for those whose value counts. See mapper.Errors.
type Errors []error

// Error counts the errors and says the first.
func (e Errors) Error() string {
	n, first := 0, error(nil)
	for _, err := range e {
		if err != nil {
			n++
			if first == nil {
				first = err
			}
		}
	}
	return fmt.Sprintf("%d of %s of a batch failed, the first: %s", n, amount.Plain(len(e), "input", "inputs"), show.Error(first, 0))
}

// Unwrap returns the errors.
func (e Errors) Unwrap() []error { return e }
