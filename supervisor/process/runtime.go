package process

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/longshore-go/longshore/supervisor"
)

// Runtime makes worker processes. It is a supervisor.Runtime, made by [New], safe for
// concurrent use, and holds nothing that must be closed.
type Runtime struct {
	opts    Options
	limits  Limits
	dropped atomic.Int64
	workers atomic.Int64 // made, for the names of their cgroups
	spares  spares
}

var _ supervisor.Runtime = (*Runtime)(nil)

// New returns a runtime whose containers are processes of this program. It starts nothing.
func New(opts Options) *Runtime {
	return &Runtime{opts: opts, limits: probe(opts)}
}

// Check reports why no worker can run fn, before anything starts: options that are not
// valid, a function that is not registered or not declared at top level, a program that does
// not call [Main], a system without worker processes. The error wraps
// supervisor.ErrFatalStart.
func (r *Runtime) Check(fn any) error {
	if err := r.opts.Validate(); err != nil {
		return fmt.Errorf("%w (%w)", err, supervisor.ErrFatalStart)
	}
	if err := supported(r.opts); err != nil {
		return err
	}
	_, err := lookup(fn)
	return err
}

// Open starts a worker and blocks until it has entered its function. When ctx ends before,
// the worker is killed, with a stack dump if the cause is a timeout, and Open returns a
// *supervisor.CrashError that unwraps to the cause.
func (r *Runtime) Open(ctx context.Context, launch supervisor.Launch) (supervisor.Instance, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if err := r.Check(launch.Function); err != nil {
		return nil, err
	}
	f, err := lookup(launch.Function)
	if err != nil {
		return nil, err
	}
	c, err := r.start(f, launch)
	if err != nil {
		return nil, err
	}
	return c.started(ctx)
}

// Dropped is the number of lines that Options.Log was too slow for, or a stderr that took nothing.
func (r *Runtime) Dropped() int64 { return r.dropped.Load() }
