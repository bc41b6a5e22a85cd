package mapper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// TestErrorsCount: errors say of one what they say of several.
func TestErrorsCount(t *testing.T) {
	t.Parallel()
	errLuck := errors.New("no luck")
	one := mapper.InputError{Index: 0, Attempts: 1, Err: errLuck}
	for want, err := range map[string]error{
		"mapper: 1 of 1 input failed\n\tinput 0 after 1 attempt: no luck":   &mapper.FailuresError{Failures: []mapper.InputError{one}, Inputs: 1},
		"mapper: 1 input failed, which is the limit; the last: no luck":     &mapper.FailureLimitError{Failed: 1, Err: errLuck},
		"mapper: 2 inputs failed, which is the limit; the last: no luck":    &mapper.FailureLimitError{Failed: 2, Err: errLuck},
		"mapper: a batch of 1 input returned 0 values":                      &mapper.LengthError{Inputs: 1},
		"mapper: a batch of 2 inputs returned 1 value":                      &mapper.LengthError{Inputs: 2, Values: 1},
		"mapper: the process has died 1 time while it executed this input":  &mapper.DeathError{Deaths: 1},
		"mapper: the process has died 3 times while it executed this input": &mapper.DeathError{Deaths: 3},
		mapper.ErrQueueFull.Error() + ": 1 call":                            &mapper.QueueFullError{Outstanding: 1},
		mapper.ErrQueueFull.Error() + ": 2 calls":                           &mapper.QueueFullError{Outstanding: 2},
		"mapper: a batch of 2 inputs returned 2 values and 1 error: " +
			"1 of 1 input of a batch failed, the first: no luck": &mapper.LengthError{Inputs: 2, Values: 2, Errors: mapper.Errors{errLuck}},
	} {
		require.EqualError(t, err, want)
	}
}
