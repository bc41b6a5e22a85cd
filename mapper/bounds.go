package mapper

import (
	"reflect"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// Bounds of what costs memory before the first input is begun.
const (
	maxContainers  = 1 << 20
	maxOutstanding = 1 << 24
	maxInputs      = 1000
	maxShare       = 1_000_000
)

// forever is a time that can be added to others without overflow: 36 years.
const forever = time.Duration(1 << 60)

func invalid(field string, value any, reason string) error {
	return &policy.InvalidError{Field: field, Value: value, Reason: reason}
}

// isNil reports that an interface holds a nil pointer, or a nil function: it is not nil by itself, and who calls its methods
// is sorry.
func isNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Func:
		return r.IsNil()
	}
	return false
}
