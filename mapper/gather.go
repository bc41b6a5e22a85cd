package mapper

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Gather waits for calls and returns their values in the order of the calls. The first
// failure that it comes to know ends the wait: Gather returns the values so far and an
// *[InputError] whose Index is that of the call. The other calls go on. The end of ctx ends
// the wait, too, with context.Cause(ctx), unless all calls are settled. A nil call is a
// *policy.InvalidError.
func Gather[Out any](ctx context.Context, calls ...*Call[Out]) ([]Out, error) {
	values := make([]Out, len(calls))
	for i, c := range calls {
		if c == nil {
			return values, invalid("calls", i, "is a nil call")
		}
	}
	var open []int
	for i, c := range calls {
		if !c.settled() {
			open = append(open, i)
		} else if err := c.gathered(i, values); err != nil {
			return values, err
		}
	}
	group, failed := errgroup.WithContext(ctx)
	for _, i := range open {
		group.Go(func() error {
			c := calls[i]
			select {
			case <-c.done:
			case <-failed.Done():
			}
			if c.settled() {
				return c.gathered(i, values)
			}
			return context.Cause(ctx)
		})
	}
	return values, group.Wait()
}

// gathered puts the value of a settled call in its place.
func (c *Call[Out]) gathered(i int, values []Out) error {
	if c.err != nil {
		return &InputError{Index: i, Attempts: c.attempts, Err: c.err}
	}
	values[i] = c.value
	return nil
}
