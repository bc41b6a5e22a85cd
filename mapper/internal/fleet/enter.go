package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// enter makes the container's instance of the body. A start that is late is a crash,
// whatever it returns; one that ignores its deadline for Grace is left to itself.
func (c *Container) enter(ctx context.Context) error {
	limit := c.p.StartTimeout
	late := c.p.StartTimeoutError(limit)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, late)
	defer cancel()
	stuck := time.AfterFunc(limit+c.p.Grace, func() {
		c.Disown()
		c.Fail(late)
	})
	defer stuck.Stop()
	start := c.release.Body.Enter
	if c.p.Runtime != nil {
		start = c.open
	}
	instance, err := start(ctx)
	if err != nil {
		if context.Cause(ctx) != late {
			return err
		}
		if crash, ok := errors.AsType[*supervisor.CrashError](err); ok {
			crash.Err = errors.Join(late, crash.Err)
			return crash
		}
		return fmt.Errorf("%w: %w", late, err)
	}
	c.instance = instance
	if context.Cause(ctx) == late {
		c.exit()
		return late
	}
	return nil
}

// open starts the container of a runtime.
func (c *Container) open(ctx context.Context) (inst Instance, err error) {
	inst.Remote, err = c.p.Runtime.Open(ctx, supervisor.Launch{
		Function: c.release.Body.Function, Name: c.p.Name, Container: c.ID(), At: c.Locate, Print: c.print(),
	})
	if err == nil {
		inst.Exit = inst.Remote.Close
	}
	return inst, err
}

// print tells observers what the container prints, if one of them wants to know.
func (c *Container) print() func(stream, line string) {
	if !c.p.events.Wanted(supervisor.ContainerPrinted) {
		return nil
	}
	return func(stream, line string) {
		c.p.events.Emit(supervisor.Event{
			Kind: supervisor.ContainerPrinted, Container: c.ID(), Lineage: c.Lineage(), Machine: c.Machine(), Input: supervisor.NoInput,
			Stream: stream, Text: line,
		})
	}
}
