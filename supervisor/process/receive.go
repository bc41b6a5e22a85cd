package process

import (
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// deathTime is how long a worker may live whose connection has ended.
const deathTime = 200 * time.Millisecond

// receive reads a frame and reports whether another may follow. Whoever calls it holds the
// ear. Outcomes are told on its goroutine.
func (c *container) receive() bool {
	frame, err := c.conn.ReadFrame()
	if err == nil {
		err = c.take(frame)
	}
	if err == nil {
		return true
	}
	if !isProtocol(err) {
		select {
		case <-c.dead:
			return false
		case <-time.After(deathTime):
			err = fmt.Errorf("process: the worker lives but its connection is gone: %w", err)
		}
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
		report, err := wire.ParseCrash(frame.Payload)
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
		err, _, bad := wire.ParseError(frame.Payload)
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
	for {
		item, ok := items.Next()
		if !ok {
			break
		}
		value, err, bad := c.outcome(item)
		if bad != nil {
			return bad
		}
		b.done(b.positions[b.reported], value, err)
		b.reported++
	}
	b.ended = b.reported == len(b.positions)
	return nil
}

// outcome is a result as the mapper wants it, or what is bad about it.
func (c *container) outcome(item wire.ResultItem) (value any, err, bad error) {
	if item.Outcome == wire.Mixed {
		return c.mixed(item.Bytes)
	}
	if item.Outcome != wire.Value {
		err, _, bad = wire.ParseError(item.Bytes)
		if item.Outcome == wire.Uncoded && bad == nil {
			err = policy.Permanent(fmt.Errorf("process: the input or its value cannot cross: %w", err))
		}
		return nil, err, bad
	}
	value, err = c.value(item.Bytes)
	return value, err, nil
}

// mixed is a value beside errors of some of its elements.
func (c *container) mixed(src []byte) (value any, err, bad error) {
	each, src, bad := wire.ParseMixed(src)
	if bad != nil {
		return nil, nil, bad
	}
	if value, err = c.value(src); err != nil {
		return nil, err, nil
	}
	return value, supervisor.Errors(each), nil
}

func (c *container) value(src []byte) (any, error) {
	return c.function.value(func(into any) error {
		if err := c.conn.Decode(c.values, src, into); err != nil {
			return policy.Permanent(fmt.Errorf("process: the value cannot cross: %w", err))
		}
		return nil
	})
}
