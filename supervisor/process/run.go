package process

import (
	"context"
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// batch is what one frame takes to the worker: inputs of a chunk, as many as fit.
type batch struct {
	first     uint64 // sequence number of its first input
	positions []int  // of its inputs in their chunk
	done      func(i int, value any, err error)

	// Whoever listens may read these, and all when gone is closed.
	reported int  // of positions
	ended    bool // no outcome is to come
	early    bool // it ended before all were begun
}

// Run executes a chunk, see supervisor.Instance. An input that cannot be encoded, and a value,
// fails with the error that says why, marked with policy.Permanent. Calls of done do not overlap.
func (c *container) Run(ctx context.Context, chunk supervisor.Chunk, done func(i int, value any, err error)) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-c.gone:
		return c.lost(nil)
	}
	if !c.sane() {
		<-c.gone
		return c.lost(nil)
	}
	for from := 0; from < len(chunk.Inputs) && ctx.Err() == nil; {
		b := &batch{first: c.next, done: done}
		from = c.pack(b, chunk, from)
		if len(b.positions) == 0 {
			continue
		}
		if more, err := c.execute(ctx, b); err != nil || !more {
			return err
		}
	}
	return nil
}

// pack fills the builder with inputs from that position on, and returns where it stopped.
func (c *container) pack(b *batch, chunk supervisor.Chunk, from int) int {
	c.builder.Timeout, c.builder.Deadline = chunk.Timeout, chunk.Deadline
	for i := from; i < len(chunk.Inputs); i++ {
		err := c.builder.Add(chunk.Index+i, chunk.Attempt, c.inputs, chunk.Inputs[i])
		switch {
		case errors.Is(err, wire.ErrFull):
			return i
		case err != nil:
			b.done(i, nil, policy.Permanent(fmt.Errorf("process: the input cannot cross: %w", err)))
		default:
			b.positions = append(b.positions, i)
		}
	}
	return len(chunk.Inputs)
}

// execute sends a batch and listens until its end. It reports false if nothing is to follow.
func (c *container) execute(ctx context.Context, b *batch) (more bool, err error) {
	c.next += uint64(len(b.positions))
	c.batch.Store(b)
	defer c.batch.Store(nil)
	forget := whenDone(ctx, func() {
		_ = c.orders.WriteFrame(wire.Cancel, b.first, wire.AppendError(nil, context.Cause(ctx)))
	})
	defer forget()
	// An error of the connection is the end of the worker, which is waited for.
	head, tail := c.builder.Parts()
	_ = c.conn.WriteParts(wire.Batch, b.first, head, tail)
	c.builder.Reset() // keeps no input
	if !c.listen(func() bool { return b.ended }) {
		<-c.gone
		if !b.ended {
			return false, c.lost(b)
		}
	}
	return !b.early, nil
}

// lost says how the worker ended, in the terms of the batch that was out, if one was. Each
// caller gets a value of its own.
func (c *container) lost(b *batch) *supervisor.CrashError {
	crash := supervisor.CrashError{
		Container: c.launch.Container, Phase: supervisor.PhaseIdle, Kind: KindClosed, Err: errClosed,
	}
	if c.verdict != nil {
		crash = *c.verdict
	}
	crash.Input = supervisor.NoInput
	if b != nil && c.blamed >= b.first+uint64(b.reported) && c.blamed < b.first+uint64(len(b.positions)) {
		crash.Input = b.positions[c.blamed-b.first]
	}
	return &crash
}

var errClosed = errors.New("process: the container was closed")
