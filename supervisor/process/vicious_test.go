//go:build unix

package process_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// vicious is an error that cannot even be told how it has failed: fmt panics over it.
type vicious struct{ unwraps bool }

func (v *vicious) Error() string { panic(v) }

func (v *vicious) Unwrap() error {
	if v.unwraps {
		panic(v)
	}
	return nil
}

func (v *vicious) Timeout() bool { panic(v) }

// The cause with which a context ends is the user's as well: the worker is told, and closed for it.
func TestViciousCauses(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{&vicious{}, &vicious{unwraps: true}, (*vicious)(nil)} {
		inst := open(t, process.Options{}, pass)
		require.NoError(t, inst.Run(ended(cause), supervisor.Chunk{Inputs: []any{moody{}}}, func(int, any, error) {}))
		require.Error(t, inst.Close(ended(cause)))
	}
}

// What a method in the parent panics with may contain itself, which fmt does not survive.
func TestPanicsThatContainThemselves(t *testing.T) {
	t.Parallel()
	var errs []error
	err := open(t, process.Options{}, passKnot).Run(t.Context(), supervisor.Chunk{Inputs: []any{knot(1), knot(2)}}, func(_ int, _ any, err error) {
		errs = append(errs, err)
	})
	require.NoError(t, err)
	require.Len(t, errs, 2)
	for _, err := range errs {
		require.ErrorContains(t, err, "panic: [[[")
	}
}

var _ = process.Register(passKnot)

func passKnot(_ context.Context, k knot) (int, error) { return int(k), nil }

type knot int

func (knot) MarshalBinary() ([]byte, error) {
	all := make([]any, 1)
	all[0] = all
	panic(all)
}

func (*knot) UnmarshalBinary([]byte) error { return nil }

// A worker whose enter passes on that another pool's starts are fatal is no fatal start.
func TestFatalStartNested(t *testing.T) {
	t.Parallel()
	_, err := process.New(process.Options{}).Open(t.Context(), supervisor.Launch{Function: callNested})
	require.ErrorContains(t, err, "no start can succeed")
	var crash *supervisor.CrashError
	require.ErrorAs(t, err, &crash)
	require.NotErrorIs(t, crash.Err, supervisor.ErrFatalStart)
}

var _ = process.RegisterState(enterNested, callNested, nil)

func enterNested(context.Context) (int, error) {
	return 0, &supervisor.CutoffError{Rule: policy.RuleFatal, Last: &supervisor.CrashError{Err: supervisor.ErrFatalStart}}
}

func callNested(context.Context, int, int) (int, error) { return 0, nil }
