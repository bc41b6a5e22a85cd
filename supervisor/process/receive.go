package process

import (
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// deathTime is how long a worker may live whose connection has ended.
const deathTime = 500 * time.Millisecond

// receive reads a frame and reports whether another may follow. Whoever calls it holds the
// read lock. Outcomes are told on its goroutine.
func (c *container) receive() bool {
	if c.deaf {
		return false
	}
	frame, err := c.conn.ReadFrame()
	if err == nil {
		err = c.take(frame)
	}
	if err == nil {
		return !c.deaf
	}
	if !isProtocol(err) {
		if c.within(deathTime, nil) || c.proc.exited() {
			return false
		}
		err = fmt.Errorf("process: the worker lives but its connection is gone: %w", err)
	}
	c.kill(KindProtocol, err)
	return false
}

// A worker that says what no worker says is of no more use. Its connection may also be in
// the hands of the function by mistake.
func isProtocol(err error) bool {
	_, bad := errors.AsType[*wire.ProtocolError](err)
	return bad
}

func unexpected(frame wire.Frame, why string) error {
	return &wire.ProtocolError{What: frame.Type.String() + " frame", Detail: why}
}

func (c *container) take(frame wire.Frame) error {
	switch frame.Type {
	case wire.Ready:
		return c.takeReady(frame)
	case wire.Results:
		return c.takeResults(frame)
	case wire.Crash:
		report, err := c.parseCrash(frame.Payload)
		if err == nil {
			c.crash = &report
		}
		return err
	case wire.Stats:
		if c.dump == "" {
			c.dump = string(frame.Payload[:min(len(frame.Payload), traceSize)])
			close(c.dumped)
		}
		return nil
	case wire.Bye:
		err, bad := c.parseError(frame.Payload)
		c.bye, c.exit = bad == nil, err
		return bad
	}
	return unexpected(frame, "not for a parent")
}

func (c *container) takeReady(frame wire.Frame) error {
	if c.hello.Nonce != "" {
		return unexpected(frame, "said before")
	}
	var h ready
	if err := parse(frame, wire.Ready, &h); err != nil {
		return unexpected(frame, err.Error())
	}
	if h.Nonce != c.nonce {
		return unexpected(frame, "not from our worker")
	}
	c.hello = h
	return nil
}

// takeResults tells the outcomes of consecutive inputs. A frame without any says that
// no further input of the batch will begin.
func (c *container) takeResults(frame wire.Frame) error {
	b := c.batch.Load()
	if b == nil || frame.Seq != b.first+uint64(b.reported) {
		return unexpected(frame, "not for inputs that are out")
	}
	if len(frame.Payload) == 0 {
		b.ended, b.early = true, true
		return nil
	}
	items, err := wire.ParseResults(frame.Payload)
	if err != nil {
		return err
	}
	if items.Len() > len(b.positions)-b.reported {
		return unexpected(frame, "more results than inputs")
	}
	return c.tell(b, items)
}

// outcome is what a result says.
type outcome struct {
	value any
	err   error
	bad   error // what is bad about the result
}

// tell tells the outcomes in a frame, as far as they can be decoded.
func (c *container) tell(b *batch, items wire.ResultsReader) error {
	decoded := make([]outcome, items.Len())
	decode := c.decoder(items.Len())
	foreign := c.foreign || hasErrors(items)
	n, ok := c.apart(foreign, 0, func(i int) bool {
		item, ok := items.Next()
		if ok {
			decoded[i] = c.outcome(item, decode)
		}
		return ok && decoded[i].bad == nil
	}, func(i int, err error) { decoded[i].err = cannotCross("value", err) })
	for i := range min(n, len(decoded)) {
		b.done(b.positions[b.reported], decoded[i].value, decoded[i].err)
		b.reported++
	}
	switch {
	case !ok: // that goroutine still reads the frame
		c.deaf, b.stuck = true, b.positions[b.reported]
	case n < len(decoded):
		return decoded[n].bad
	}
	b.ended = b.reported == len(b.positions)
	return nil
}

// hasErrors reports whether one of the results is an error, which may be of a type with methods.
func hasErrors(items wire.ResultsReader) bool {
	for {
		item, ok := items.Next()
		if !ok || item.Outcome != wire.Value {
			return ok
		}
	}
}

func cannotCross(what string, err error) error {
	return policy.Permanent(fmt.Errorf("process: the %s cannot cross: %w", what, err))
}

// outcome is a result as the mapper wants it, or what is bad about it.
func (c *container) outcome(item wire.ResultItem, decode registry.Decode) (o outcome) {
	switch item.Outcome {
	case wire.Mixed:
		o.value, o.err, o.bad = decode.Mixed(item.Bytes)
	case wire.Value:
		o.value, o.err = decode(item.Bytes)
	default:
		o.err, _, o.bad = wire.ParseError(item.Bytes)
		if item.Outcome == wire.Uncoded && o.bad == nil {
			o.err = cannotCross("input or its value", o.err)
		}
	}
	return o
}

// decoder makes values of n messages.
func (c *container) decoder(n int) registry.Decode {
	return c.function.Value(n, func(src []byte, into any) error {
		if err := c.conn.Decode(c.values, src, into); err != nil {
			return cannotCross("value", err)
		}
		return nil
	})
}
