package cluster

import (
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// ErrTooLarge is an input, or its value, that the connection cannot carry, see [TooLargeError].
var ErrTooLarge = errors.New("cluster: too large")

// TooLargeError says that an input, or its value, is larger than what crosses: 63 MiB, or some 1000 messages of the server
// if they are that small. It is the failure of that input alone, marked with policy.Permanent, and an [ErrTooLarge].
type TooLargeError struct {
	Input int  // its index in the run
	Value bool // it is not the input that is too large but its value
	Bytes int  // 0: more than Limit
	Limit int
}

// Error implements error.
func (e *TooLargeError) Error() string {
	what := "input"
	if e.Value {
		what = "value of input"
	}
	return fmt.Sprintf("cluster: the %s %d is too large to cross: %v", what, e.Input, &wire.TooLargeError{Bytes: e.Bytes, Limit: e.Limit})
}

// Is reports whether target is ErrTooLarge.
func (e *TooLargeError) Is(target error) bool { return target == ErrTooLarge }

// asTooLarge is err with the input that it is about, if it says that something is too large.
func asTooLarge(err error, input int, value bool) error {
	if large, ok := errors.AsType[*wire.TooLargeError](err); ok {
		return &TooLargeError{Input: input, Value: value, Bytes: large.Bytes, Limit: large.Limit}
	}
	return err
}

// errNarrow ends a container whose chunk, or outcome, was made for a server that takes larger messages than the one that
// is connected now.
var errNarrow = fmt.Errorf("cluster: the messages of this server are too small for what is out (%w)", supervisor.ErrLost)

// itemLimit is what one input or value may take if messages have at most so many bytes: a payload ends with the item that
// makes it full.
func itemLimit(most int) int {
	return min(max(mostParts*partRoom(most)-wire.FullPayload-4<<10, 1), wire.MaxItem)
}

// partRoom is how much of a payload such a message takes.
func partRoom(most int) int { return max(most-frameHead-headMargin, 1) }
