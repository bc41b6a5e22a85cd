package policy

import "time"

// A function knows things about its failure that Retries cannot: that trying again is useless, that the server
// said when to come back, or that everybody is to wait. It says so by wrapping the error it returns. The wrapper is an instruction, not part of
// the story: it prints as the error it wraps, errors.Is and errors.As see through it, and Cause takes it off again.

type permanentError struct{ error }

func (e *permanentError) Unwrap() error { return e.error }

type retryAfterError struct {
	error
	delay time.Duration
}

func (e *retryAfterError) Unwrap() error { return e.error }

type throttledError struct {
	error
	delay time.Duration
}

func (e *throttledError) Unwrap() error { return e.error }

// Permanent marks err as final: the input is not tried again, whatever its Retries. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

// RetryAfter asks for the next attempt after d instead of Retries.Delay. It still uses up a retry, so it cannot keep
// an input alive for ever. A negative d counts as 0. RetryAfter(nil, d) is nil.
//
// There is no upper bound: a server that says an hour means an hour, and the run's context still ends the wait.
func RetryAfter(err error, d time.Duration) error {
	if err == nil {
		return nil
	}
	return &retryAfterError{err, max(d, 0)}
}

// Throttled marks err as one with which the other side asks everybody to wait for d, as a 429 or a 503 with Retry-After
// does. Nothing of the function begins for d, or nothing of this input's key where the body is Keyed. What was under
// way by then, this input too, is tried again and uses up no retry. After d one attempt begins, and the others when
// it has ended otherwise: if it is refused, that is charged to its Retries, and they wait for the new d.
//
// Zero or a negative d means Retries.Delay of the number of refusals in a row. Under Permanent the input itself is not tried
// again. Throttled(nil, d) is nil.
func Throttled(err error, d time.Duration) error {
	if err == nil {
		return nil
	}
	return &throttledError{err, max(d, 0)}
}

// ThrottleDelay returns the delay of the outermost Throttled in err, if there is one.
func ThrottleDelay(err error) (time.Duration, bool) {
	if e, ok := firstOf[*throttledError](err); ok {
		return e.delay, true
	}
	return 0, false
}

// IsPermanent reports whether err, or any error it wraps, was marked by Permanent. A mark under RetryAfter counts
// too: a cause that cannot be cured does not become curable later.
func IsPermanent(err error) bool {
	_, ok := firstOf[*permanentError](err)
	return ok
}

// RetryDelay returns the delay of the outermost RetryAfter in err, if there is one.
func RetryDelay(err error) (time.Duration, bool) {
	if e, ok := firstOf[*retryAfterError](err); ok {
		return e.delay, true
	}
	return 0, false
}

// mostErrors is how many errors of a tree are looked at: one may unwrap to itself.
const mostErrors = 128

// firstOf is the first error of the tree that is a T. It is not errors.As: that asks the As methods of errors of the
// user's, ends in a panic of theirs, and never ends where one unwraps to itself.
func firstOf[T error](err error) (T, bool) {
	left := mostErrors
	return search[T](err, &left)
}

func search[T error](err error, left *int) (found T, ok bool) {
	if *left--; err == nil || *left < 0 {
		return found, false
	}
	if e, is := err.(T); is {
		return e, true
	}
	for _, inner := range unwrapped(err) {
		if found, ok = search[T](inner, left); ok {
			return found, true
		}
	}
	return found, false
}

// unwrapped is what err wraps, nothing where it panics, as a method of a nil pointer does.
func unwrapped(err error) (inner []error) {
	defer func() {
		if recover() != nil {
			inner = nil
		}
	}()
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

// Cause takes the marks of Permanent, RetryAfter and Throttled off err where they are outermost, so that a Result carries the
// function's own error and == works on it. Marks further down stay: they are part of an error the function built.
func Cause(err error) error {
	for {
		switch e := err.(type) {
		case *permanentError:
			err = e.error
		case *retryAfterError:
			err = e.error
		case *throttledError:
			err = e.error
		default:
			return err
		}
	}
}
