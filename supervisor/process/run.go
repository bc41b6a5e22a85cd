package process

import (
	"context"
	"errors"

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
	stuck    int  // position of the input whose value did not come out of its methods; NoInput for none
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
		b := &batch{first: c.next, done: done, stuck: supervisor.NoInput}
		var ok bool
		if from, ok = c.pack(b, chunk, from); !ok {
			<-c.gone
			return c.stuckAt(from)
		}
		if len(b.positions) == 0 {
			continue
		}
		if more, err := c.execute(ctx, b); err != nil || !more {
			return err
		}
	}
	return nil
}

// pack fills the builder with inputs from that position on, and returns where it stopped; it reports false if that
// is since the input does not come out of its methods.
func (c *container) pack(b *batch, chunk supervisor.Chunk, from int) (next int, ok bool) {
	c.builder.Timeout, c.builder.Deadline = chunk.Timeout, chunk.Deadline
	type failure struct {
		i   int
		err error
	}
	var failures []failure
	var positions []int
	limit := c.function.caution.limit(len(chunk.Inputs))
	next, ok = c.apart(c.foreign, from, func(i int) bool {
		if i == len(chunk.Inputs) || len(positions) == limit {
			return false
		}
		err := c.builder.Add(chunk.Index+i, chunk.Attempt, c.inputs, chunk.Inputs[i])
		switch {
		case errors.Is(err, wire.ErrFull):
			return false
		case err != nil:
			failures = append(failures, failure{i, err})
		default:
			positions = append(positions, i)
		}
		return true
	}, func(i int, err error) { failures = append(failures, failure{i, err}) })
	if !ok {
		return next, false // the rest is still in use
	}
	b.positions = positions
	for _, f := range failures {
		b.done(f.i, nil, cannotCross("input", f.err))
	}
	return next, true
}

// execute sends a batch and listens until its end. It reports false if nothing is to follow.
func (c *container) execute(ctx context.Context, b *batch) (more bool, err error) {
	c.next += uint64(len(b.positions))
	c.batch.Store(b)
	defer c.batch.Store(nil)
	forget := whenDone(ctx, c.hurry, func() {
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
	if c.diagnosis != nil {
		crash = *c.diagnosis
	}
	crash.Input = supervisor.NoInput
	if b != nil {
		crash.Input = c.blame(b)
	}
	return &crash
}

// blame returns the position of the input that ended the worker, or NoInput.
func (c *container) blame(b *batch) int {
	reported := b.first + uint64(b.reported)
	switch {
	case b.stuck != supervisor.NoInput:
		return b.stuck
	case c.begun < reported || c.begun >= b.first+uint64(len(b.positions)): // none of these
		return supervisor.NoInput
	case c.spoilt && c.begun > reported:
		// Who has spoilt the connection was not reported, and so were not others that shared its frame.
		c.function.caution.raise()
		return supervisor.NoInput
	case !c.spoilt && !c.executing:
		return supervisor.NoInput
	}
	return b.positions[c.begun-b.first]
}

// stuckAt is lost for an input that does not come out of its methods, before anything was sent.
func (c *container) stuckAt(position int) *supervisor.CrashError {
	crash := c.lost(nil)
	crash.Input = position
	return crash
}

var errClosed = errors.New("process: the container was closed")
