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
