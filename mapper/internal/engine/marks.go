package engine

import (
	"errors"
	"reflect"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/policy"
)

// The types of the marks are policy's own affair.
var (
	someError      = errors.New("some error")
	permanentMark  = reflect.TypeOf(policy.Permanent(someError))
	retryAfterMark = reflect.TypeOf(policy.RetryAfter(someError, 0))
)

// marks are those of package policy in err: whether it is permanent, and the delay of the outermost RetryAfter. Policy
// looks for them itself, but where the methods of the user's that it asks block, so would the container.
func marks(err error) (permanent bool, delay time.Duration, asked bool) {
	for _, e := range guard.Tree(err) {
		switch t := reflect.TypeOf(e); {
		case t == permanentMark:
			permanent = true
		case t == retryAfterMark && !asked:
			delay, asked = policy.RetryDelay(e)
		}
	}
	return permanent, delay, asked
}
