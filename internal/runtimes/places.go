package runtimes

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// Place is where containers run.
type Place struct {
	Name string

	// Make makes a runtime that ends with the test, whose containers have these variables in their environment besides those of
	// this process. Nil means goroutines.
	Make func(t *testing.T, env ...string) supervisor.Runtime

	// Alone says that each container has a process to itself.
	Alone bool

	runtime supervisor.Runtime // nil: goroutines
}

// elsewhere reports that containers are not in this process.
func (p Place) elsewhere() bool { return p.Make != nil }

// with returns options for the place: two containers, unless they say otherwise.
func (p Place) with(opts mapper.Options) mapper.Options {
	opts.Runtime = p.runtime
	if opts.Containers == 0 {
		opts.Containers = 2
	}
	return opts
}

func goroutines() Place { return Place{Name: "goroutines"} }

// processes returns a place of processes, whose output is dropped.
func processes(opts process.Options) Place {
	opts.Log = func(process.Line) {}
	return Place{
		Name: "processes", Alone: true, runtime: process.New(opts),
		Make: func(_ *testing.T, env ...string) supervisor.Runtime {
			own := opts
			own.Env = append(os.Environ(), env...)
			return process.New(own)
		},
	}
}

// Local are the places of one machine: goroutines, and worker processes where there are some.
func Local() []Place {
	places := []Place{goroutines()}
	if p := processes(process.Options{}); !errors.Is(p.runtime.Check(obey), errors.ErrUnsupported) {
		places = append(places, p)
	}
	return places
}

// contract is a table of tests that hold wherever containers run.
type contract map[string]func(*testing.T, Place)

func (c contract) run(t *testing.T, places []Place) {
	for name, test := range c {
		for _, p := range places {
			t.Run(name+"/"+p.Name, func(t *testing.T) {
				t.Parallel()
				test(t, p)
			})
		}
	}
}

// patience is how long a test waits for what should take no time: processes live in
// real time, on machines that have other things to do.
const patience = time.Minute

// bounded is a context that ends a test which hangs.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), patience, errors.New("the test hangs"))
	t.Cleanup(cancel)
	return ctx
}

// eventually polls.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, patience, time.Millisecond, what)
}

// orders are n of them, changed as told.
func orders(n int, change ...order) []order {
	all := make([]order, n)
	for i := range all {
		all[i].N = i
	}
	for _, o := range change {
		all[o.N] = o
	}
	return all
}

// results are those of a run to its end, and why it ended.
func results(t *testing.T, opts mapper.Options, inputs []order) ([]mapper.Result[order, answer], *mapper.Run[order, answer]) {
	t.Helper()
	run, err := mapper.Start(bounded(t), obey, slices.Values(inputs), opts)
	require.NoError(t, err)
	return slices.Collect(run.All()), run
}

// one is the result of the one order that was changed, among twenty others, which must be
// right at their first attempt.
func one(t *testing.T, opts mapper.Options, o order) (mapper.Result[order, answer], *mapper.Run[order, answer]) {
	t.Helper()
	o.N = 7
	opts.ReturnExceptions = true
	all, run := results(t, opts, orders(21, o))
	require.NoError(t, run.Wait())
	right(t, all, 21, o.N)
	return all[o.N], run
}

// right checks all results but some: in order, with their values, after one attempt.
func right(t *testing.T, all []mapper.Result[order, answer], n int, but ...int) {
	t.Helper()
	require.Len(t, all, n)
	for i, r := range all {
		require.Equal(t, i, r.Index)
		require.Equal(t, i, r.Input.N)
		if slices.Contains(but, i) {
			continue
		}
		require.NoError(t, r.Err, "input %d", i)
		require.Equal(t, i*i, r.Value.Square)
		require.Equal(t, i, r.Value.Index)
		require.Equal(t, 1, r.Attempts, "input %d", i)
	}
}
