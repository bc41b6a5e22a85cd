package process

import (
	"bytes"
	"errors"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

var errGoexit = errors.New("runtime.Goexit was called")

// apart calls f for i, i+1 and so on, until it says that this was the last, on a goroutine of its own: f calls methods of
// the user's, such as a MarshalBinary, and these may block, or end the goroutine. It counts as part of the
// attempt: when the container is closed in a hurry, apart gives up soon and reports false, with the i that f was
// called for. That goroutine ends when the method returns, if ever, and is left alone with what it works on. What f
// panics with is told to failed, and f goes on with the next.
//
// Without such methods f is called here: to hand it over takes as long as to encode some inputs.
func (c *container) apart(foreign bool, i int, f func(i int) (more bool), failed func(i int, err error)) (last int, ok bool) {
	if !foreign {
		for f(i) {
			i++
		}
		return i, true
	}
	for {
		at, done := new(atomic.Int64), make(chan error, 1)
		at.Store(int64(i))
		go callEach(at, f, done)
		err, ok := c.await(at, done)
		last = int(at.Load())
		if err == nil || !ok {
			return last, ok
		}
		failed(last, err)
		i = last + 1
	}
}

// methodTime is how long one call of f may take from the moment on that the container is closed in a hurry: what has
// come is told, and nobody is blamed who is only under way.
const methodTime = 100 * time.Millisecond

// await waits for callEach, and reports whether it came to its end.
func (c *container) await(at *atomic.Int64, done <-chan error) (err error, ok bool) {
	select {
	case err = <-done:
		return err, true
	case <-c.hurry:
	}
	for before := at.Load(); ; before = at.Load() {
		select {
		case err = <-done:
			return err, true
		case <-time.After(methodTime):
		}
		if at.Load() == before {
			return nil, false
		}
	}
}

// callEach calls f, and says how it ended: nil if it returned.
func callEach(at *atomic.Int64, f func(i int) bool, done chan<- error) {
	err := errGoexit
	defer func() { done <- err }()
	defer func() {
		if value := recover(); value != nil {
			err = errors.New("panic: " + show.Text(value, 0))
		}
	}()
	for f(int(at.Load())) {
		at.Add(1)
	}
	err = nil
}

// errUnread stands for what a worker has said in the words of the user's types, whose methods did not return.
var errUnread = errors.New("process: the methods of an error did not return")

// parseError is wire.ParseError apart.
func (c *container) parseError(src []byte) (err, bad error) {
	type parsed struct{ err, bad error }
	p, found := parsed{err: errUnread}, make(chan parsed, 1)
	src = bytes.Clone(src)
	c.apart(true, 0, func(i int) bool {
		if i == 0 {
			err, _, bad := wire.ParseError(src)
			found <- parsed{err, bad}
		}
		return false
	}, func(_ int, err error) { p.err = err })
	select {
	case p = <-found:
	default:
	}
	return p.err, p.bad
}

// parseCrash is wire.ParseCrash apart.
func (c *container) parseCrash(src []byte) (report wire.CrashReport, bad error) {
	type parsed struct {
		report wire.CrashReport
		bad    error
	}
	p, found := parsed{report: wire.CrashReport{Panic: errUnread}}, make(chan parsed, 1)
	src = bytes.Clone(src)
	c.apart(true, 0, func(i int) bool {
		if i == 0 {
			report, bad := wire.ParseCrash(src)
			found <- parsed{report, bad}
		}
		return false
	}, func(_ int, err error) { p.report.Panic = err })
	select {
	case p = <-found:
	default:
	}
	return p.report, p.bad
}
