package policy

import (
	"fmt"
	"math"
	"time"
)

// InvalidError says which field of an option struct was refused, and why. It is what every Validate of this package
// returns, and what the mapper returns for options of its own, so that a caller asks one question:
//
//	if bad, ok := errors.AsType[*policy.InvalidError](err); ok { … bad.Field … }
type InvalidError struct {
	Field  string // the Go field name, such as "MaxRetries"
	Value  any    // what it held, defaults filled in
	Reason string // what it must be
}

// Error names the field, the value and the reason.
func (e *InvalidError) Error() string {
	return fmt.Sprintf("longshore: invalid %s %v: %s", e.Field, e.Value, e.Reason)
}

// invalid is a constructor that returns the plain interface, so that no typed nil can escape a Validate.
func invalid(field string, value any, reason string) error {
	return &InvalidError{Field: field, Value: value, Reason: reason}
}

// negative refuses a knob below 0, where 0 itself means the default.
func negative[T int | time.Duration](field string, value T) error {
	if value < 0 {
		return invalid(field, value, "must not be negative")
	}
	return nil
}

// outside reports whether x is not a number from low to high. Written so that NaN is outside.
func outside(x, low, high float64) bool {
	return math.IsNaN(x) || x < low || x > high
}

// first is the first error of a list, in the order of the fields: one complaint at a time can be acted on.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
