package mapper

import "context"

// Gather waits for calls and returns their values in the order of the calls. The first
// failure that it comes to know ends the wait, with the values so far and an
// *[InputError] whose Index is that of the call; the others go on. When ctx ends, so does
// the wait, with context.Cause(ctx), unless all calls are settled. A nil call is a
// *policy.InvalidError.
func Gather[Out any](ctx context.Context, calls ...*Call[Out]) ([]Out, error) {
	values := make([]Out, len(calls))
	for i, c := range calls {
		if c == nil {
			return values, invalid("calls", i, "is a nil call")
		}
	}
	settled := make(chan int, len(calls))
	stop := make(chan struct{})
	defer close(stop)
	waits := 0
	for i, c := range calls {
		if c.settled() {
			if err := c.gathered(i, values); err != nil {
				return values, err
			}
			continue
		}
		waits++
		go func() {
			select {
			case <-c.done:
				settled <- i
			case <-stop:
			}
		}()
	}
	for range waits {
		select {
		case i := <-settled:
			if err := calls[i].gathered(i, values); err != nil {
				return values, err
			}
		case <-ctx.Done():
			return values, context.Cause(ctx)
		}
	}
	return values, nil
}

// gathered puts the value of a settled call in its place.
func (c *Call[Out]) gathered(i int, values []Out) error {
	if c.err != nil {
		return &InputError{Index: i, Attempts: c.attempts, Err: c.err}
	}
	values[i] = c.value
	return nil
}
