package wire

import (
	"fmt"
	"syscall"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// ParseError reads an error that [AppendError] has written and returns it, nil included, and
// the bytes behind it. Where src is something else, wrong is a *[ProtocolError]. It keeps
// nothing of src, never panics, and is safe for concurrent use.
func ParseError(src []byte) (err error, rest []byte, wrong error) {
	r := errorReader{cursor: cursor{buf: src}, left: 2 * maxErrors} // a cut for each error, at worst
	err = r.error(0)
	if r.failed {
		return nil, nil, bad("error", "%d bytes are not one", len(src))
	}
	return err, r.buf, nil
}

type errorReader struct {
	cursor
	left int
}

func (r *errorReader) error(depth int) error {
	kind := r.byte()
	if kind == noError {
		return nil
	}
	return r.node(kind, depth)
}

// node returns an error that is not nil.
func (r *errorReader) node(kind byte, depth int) error {
	r.left--
	if r.left < 0 || depth > maxChain+1 {
		r.fail()
	}
	if r.failed {
		return errNothing
	}
	switch kind {
	case remote:
		return r.remote(depth)
	case sentinel:
		return r.sentinel()
	case errno:
		return syscall.Errno(r.int64())
	case permanent:
		return policy.Permanent(r.node(r.byte(), depth+1))
	case retryAfter:
		delay := time.Duration(r.int64())
		return policy.RetryAfter(r.node(r.byte(), depth+1), delay)
	case throttled:
		delay := time.Duration(r.int64())
		return policy.Throttled(r.node(r.byte(), depth+1), delay)
	case registered:
		name, value := r.text(), r.bytes()
		return r.registered(name, value, r.remote(depth))
	case cut:
		return &RemoteError{Text: fmt.Sprintf("wire: errors left out here: %d", r.int())}
	}
	r.fail()
	return errNothing
}

// errNothing stands for an error that could not be read. It never gets out.
var errNothing = &RemoteError{}

func (r *errorReader) remote(depth int) *RemoteError {
	e := &RemoteError{Text: r.text(), Type: r.text()}
	for kind := r.byte(); kind != end && !r.failed; kind = r.byte() {
		if kind != sentinel {
			r.fail()
		}
		e.is = append(e.is, r.sentinel())
	}
	for kind := r.byte(); kind != end && !r.failed; kind = r.byte() {
		e.chain = append(e.chain, r.node(kind, depth+1))
	}
	return e
}

// sentinel returns the sentinel of that text, or an error with the text if this
// program does not know it.
func (r *errorReader) sentinel() error {
	text := r.text()
	for _, s := range sentinels() {
		if s.Error() == text {
			return s
		}
	}
	return &RemoteError{Text: text}
}

// registered returns the value of a registered type, by itself if nothing is lost by
// that. Part of an error may not have an encoding, the errors that it wraps above all:
// then the remote error that it would have been otherwise wraps it besides.
func (r *errorReader) registered(name string, value []byte, e *RemoteError) error {
	if r.failed {
		return errNothing
	}
	err, ok := registeredError(name, value)
	switch {
	case !ok:
		return e
	case textOf(err) == e.Text && (len(e.chain) == 0 || len(unwrapped(err)) > 0):
		return err
	}
	e.chain = append([]error{err}, e.chain...)
	return e
}

func (c *cursor) text() string { return string(c.bytes()) }
