package simulation

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// container is one of a fleet.
type container struct {
	f      *Fleet
	m      *machine
	once   sync.Once
	timer  *time.Timer // of what executes; nil: nothing has
	worked time.Duration
}

var _ interface {
	supervisor.Timed
	supervisor.Retiring
} = (*container)(nil)

// errGone is the end of the containers of a machine.
var errGone = fmt.Errorf("simulation: it is silent (%w)", supervisor.ErrLost)

// Run implements supervisor.Instance. The value of an input is its Echo.
func (c *container) Run(ctx context.Context, chunk supervisor.Chunk, done func(i int, value any, err error)) error {
	c.begin()
	c.worked = 0
	took := way
	for i, in := range chunk.Inputs {
		if ctx.Err() != nil {
			return nil
		}
		work := c.f.work(chunk.Index + i)
		c.timer.Reset(took + work)
		took = 0
		select {
		case <-c.timer.C:
		case <-ctx.Done():
			done(i, nil, context.Cause(ctx))
			return nil
		case <-c.m.silent:
			c.f.out.Add(int64(len(chunk.Inputs) - i))
			<-c.m.gone
			return &supervisor.CrashError{Input: supervisor.NoInput, Err: errGone}
		}
		c.worked += work
		c.f.executed.Add(1)
		done(i, Echo(in.(int)), nil)
	}
	return nil
}

// begin counts.
func (c *container) begin() {
	c.f.sent.Add(1)
	if c.timer != nil {
		return
	}
	c.timer = time.NewTimer(0)
	if c.f.begun.Add(1) == int64(len(c.f.all)*c.f.slots) {
		c.f.full.Store(int64(time.Since(c.f.began)))
	}
}

// Echo is the value of an input.
func Echo(in int) int { return in ^ 0x5ca1ab1e }

// Worked implements supervisor.Timed.
func (c *container) Worked() time.Duration { return c.worked }

// Retiring implements supervisor.Retiring. No machine drains.
func (c *container) Retiring() <-chan struct{} { return nil }

// Close implements supervisor.Instance.
func (c *container) Close(context.Context) error {
	c.once.Do(func() { c.f.give(c.m) })
	return nil
}
