//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// Each kind of bad start and end is a function with a state of its own.
var (
	_ = process.RegisterState(enterFine, count, exitFine)
	_ = process.RegisterState(enterFails, countFails, nil)
	_ = process.RegisterState(enterPanics, countPanics, nil)
	_ = process.RegisterState(enterHangs, countHangs, nil)
	_ = process.RegisterState(enterExits, countExits, nil)
	_ = process.RegisterState(enterFine, countExitFails, exitFails)
	_ = process.RegisterState(enterFine, countExitPanics, exitPanics)
	_ = process.RegisterState(enterFine, countExitGoexit, exitGoexit)
	_ = process.RegisterState(enterFine, countExitHangs, exitHangs)
)

func enterFine(context.Context) (*int, error) { return new(int), nil }

func enterFails(context.Context) (*int, error) {
	return nil, fmt.Errorf("no model: %w", fs.ErrNotExist)
}
func enterPanics(context.Context) (*int, error) { panic("in enter") }
func enterHangs(context.Context) (*int, error)  { begun(); select {} }
func enterExits(context.Context) (*int, error)  { os.Exit(5); return nil, nil }

func exitFine(_ context.Context, n *int) error { fmt.Println("exit after", *n); return nil }

func exitFails(context.Context, *int) error                          { return errors.New("cannot flush") }
func exitPanics(context.Context, *int) error                         { panic("in exit") }
func exitGoexit(context.Context, *int) error                         { runtime.Goexit(); return nil }
func exitHangs(_ context.Context, _ *int) error                      { select {} }
func add(n *int, in int) (int, error)                                { *n += in; return *n, nil }
func count(_ context.Context, n *int, in int) (int, error)           { return add(n, in) }
func countFails(_ context.Context, n *int, in int) (int, error)      { return add(n, in) }
func countPanics(_ context.Context, n *int, in int) (int, error)     { return add(n, in) }
func countHangs(_ context.Context, n *int, in int) (int, error)      { return add(n, in) }
func countExits(_ context.Context, n *int, in int) (int, error)      { return add(n, in) }
func countExitFails(_ context.Context, n *int, in int) (int, error)  { return add(n, in) }
func countExitPanics(_ context.Context, n *int, in int) (int, error) { return add(n, in) }
func countExitGoexit(_ context.Context, n *int, in int) (int, error) { return add(n, in) }
func countExitHangs(_ context.Context, n *int, in int) (int, error)  { return add(n, in) }

// A state lives from enter to exit.
func TestState(t *testing.T) {
	t.Parallel()
	lines := make(chan process.Line, 1)
	inst := open(t, process.Options{Log: func(l process.Line) { lines <- l }}, count)
	for _, want := range []int{1, 2, 3} {
		err := inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{1}}, func(_ int, v any, err error) {
			require.NoError(t, err)
			require.Equal(t, want, v)
		})
		require.NoError(t, err)
	}
	require.NoError(t, inst.Close(t.Context()))
	line := <-lines
	require.Equal(t, "exit after 3", line.Text)
	require.Equal(t, "stdout", line.Stream)
	require.Equal(t, 7, line.Container)
}

// A start that fails is a crash at start-up which says why.
func TestBadStarts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fn    any
		kind  string
		check func(*testing.T, *supervisor.CrashError)
	}{
		{countFails, process.KindStart, func(t *testing.T, e *supervisor.CrashError) {
			require.ErrorIs(t, e, fs.ErrNotExist)
			require.EqualError(t, e.Err, "no model: file does not exist")
			require.NotErrorIs(t, e, supervisor.ErrFatalStart)
		}},
		{countPanics, process.KindPanic, func(t *testing.T, e *supervisor.CrashError) {
			require.Equal(t, "in enter", e.Panic)
			require.Contains(t, e.Stack, "enterPanics")
		}},
		{countExits, process.KindExit, exited(5)},
		{countHangs, process.KindTimeout, func(t *testing.T, e *supervisor.CrashError) {
			require.ErrorIs(t, e, context.DeadlineExceeded)
			require.Contains(t, e.Stack, "enterHangs")
		}},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		log := func(l process.Line) {
			if l.Text == "begun" {
				cancel(context.DeadlineExceeded)
			}
		}
		_, err := process.New(process.Options{Log: log}).Open(ctx, supervisor.Launch{Function: c.fn, Container: 7})
		crash, ok := err.(*supervisor.CrashError)
		require.True(t, ok, "%v", err)
		require.Equal(t, c.kind, crash.Kind)
		require.Equal(t, supervisor.PhaseStart, crash.Phase)
		require.Equal(t, supervisor.NoInput, crash.Input)
		c.check(t, crash)
		cancel(nil)
	}
}

// A bad exit is what Close returns.
func TestBadExits(t *testing.T) {
	t.Parallel()
	err := open(t, process.Options{}, countExitFails).Close(t.Context())
	require.EqualError(t, err, "cannot flush")

	var crash *supervisor.CrashError
	require.ErrorAs(t, open(t, process.Options{}, countExitPanics).Close(t.Context()), &crash)
	require.Equal(t, supervisor.PhaseExit, crash.Phase)
	require.Equal(t, "in exit", crash.Panic)

	require.ErrorAs(t, open(t, process.Options{}, countExitGoexit).Close(t.Context()), &crash)
	require.True(t, crash.Goexit)
}

// Close may be called again to hurry.
func TestCloseHurried(t *testing.T) {
	t.Parallel()
	inst := open(t, process.Options{}, countExitHangs)
	first := make(chan error)
	go func() { first <- inst.Close(context.Background()) }()
	stop := errors.New("no more time")
	require.ErrorIs(t, inst.Close(ended(stop)), stop)
	require.ErrorIs(t, <-first, stop)
}
