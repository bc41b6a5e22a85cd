package wire

import "slices"

// RemoteError stands for an error of another process that could not cross as itself. Its
// text and type are the original's. errors.Is and errors.As see what crossed of the
// original's chain; errors.Unwrap, which knows chains of one alone, does not.
type RemoteError struct {
	Text string // what its Error returned, trimmed if it is huge
	Type string // its Go type

	chain []error // what it unwrapped to
	is    []error // the sentinels that its Is method answered for
}

// Error returns the text of the original.
func (e *RemoteError) Error() string { return e.Text }

// Unwrap returns what the original unwrapped to.
func (e *RemoteError) Unwrap() []error { return e.chain }

// Is reports whether the original said that it was target, which is a sentinel.
func (e *RemoteError) Is(target error) bool { return slices.Contains(e.is, target) }
