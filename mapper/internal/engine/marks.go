package engine

import (
	"io"
	"reflect"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/policy"
)

// The types of the marks are policy's own affair.
var (
	permanentMark  = reflect.TypeOf(policy.Permanent(io.EOF))
	retryAfterMark = reflect.TypeOf(policy.RetryAfter(io.EOF, 0))
	throttledMark  = reflect.TypeOf(policy.Throttled(io.EOF, 0))
)

// marks are those of package policy in an error, each the outermost of its kind.
type marks struct {
	permanent bool
	delay     time.Duration
	asked     bool // for delay
	throttle  time.Duration
	throttled bool // for everybody, by throttle
}

// marksOf looks for them. Policy does so itself, but where the methods of the user's that it asks block, so would the
// container.
func marksOf(err error) (m marks) {
	switch err.(type) {
	case interface{ Unwrap() error }, interface{ Unwrap() []error }:
	default:
		return m // a mark wraps
	}
	for _, e := range guard.Tree(err) {
		switch t := reflect.TypeOf(e); {
		case t == permanentMark:
			m.permanent = true
		case t == retryAfterMark && !m.asked:
			m.delay, m.asked = policy.RetryDelay(e)
		case t == throttledMark && !m.throttled:
			m.throttle, m.throttled = policy.ThrottleDelay(e)
		}
	}
	return m
}
