//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

type receiver struct{}

func (receiver) method(context.Context, int) (int, error) { return 0, nil }

func generic[T any](_ context.Context, v T) (T, error) { return v, nil }

func unregistered(context.Context, int) (int, error) { return 0, nil }

// badFunctions are those that no worker could find again.
var badFunctions = map[string]struct {
	fn   func(context.Context, int) (int, error)
	says string
}{
	"closure":      {func(context.Context, int) (int, error) { return 0, nil }, "a closure"},
	"method value": {receiver{}.method, "a method value"},
	"generic":      {generic[int], "a generic function"},
	"nil":          {nil, "is nil"},
	"unregistered": {unregistered, "not registered"},
}

// A function that workers cannot run is refused before anything starts, with the reason.
func TestCheck(t *testing.T) {
	t.Parallel()
	r := process.New(process.Options{})
	require.NoError(t, r.Check(double))
	require.NoError(t, r.Check(count))
	for name, bad := range badFunctions {
		err := r.Check(bad.fn)
		require.ErrorIs(t, err, supervisor.ErrFatalStart, name)
		require.ErrorContains(t, err, bad.says, name)
		_, err = r.Open(t.Context(), supervisor.Launch{Function: bad.fn})
		require.ErrorIs(t, err, supervisor.ErrFatalStart, name)
	}
	require.ErrorContains(t, r.Check(unregistered), "process_test.double", "which are")
	require.ErrorIs(t, r.Check("text"), supervisor.ErrFatalStart)
	require.ErrorIs(t, r.Check(nil), supervisor.ErrFatalStart)

	err := process.New(process.Options{Memory: 1}).Check(double)
	require.ErrorIs(t, err, supervisor.ErrFatalStart)
	invalid, ok := errors.AsType[*policy.InvalidError](err)
	require.True(t, ok)
	require.Equal(t, "Memory", invalid.Field)
}

// To register a function that no worker can find is a mistake of the program.
func TestRegisterPanics(t *testing.T) {
	t.Parallel()
	for name, bad := range badFunctions {
		says := bad.says
		if name == "unregistered" {
			says = "after process.Main"
		}
		require.ErrorContains(t, panicOf(func() { process.Register(bad.fn) }), says, name)
	}
	require.ErrorContains(t, panicOf(func() { process.Register(double) }), "twice")
	require.ErrorContains(t, panicOf(func() { process.RegisterState[*int, int, int](nil, count, nil) }), "enter")
}

type secretive struct {
	Name   string
	secret int
}

func takesSecret(_ context.Context, s secretive) (int, error) { return s.secret, nil }

func returnsChannel(context.Context, int) (map[string]chan int, error) { return nil, nil }

type opaque struct{ n int }

func takesOpaque(_ context.Context, o opaque) (int, error) { return o.n, nil }

type opaqueCodec struct{ process.Codec }

// A type of which something would stay behind is refused by name, unless it has a codec.
func TestRegisterRefusesTypes(t *testing.T) {
	t.Parallel()
	err := panicOf(func() { process.Register(takesSecret) })
	require.ErrorContains(t, err, "process_test.takesSecret cannot be registered")
	require.ErrorContains(t, err, "process_test.secretive.secret: it is not exported")
	require.ErrorContains(t, panicOf(func() { process.Register(returnsChannel) }), "cannot encode map[string]chan int: a chan")
	require.ErrorContains(t, panicOf(func() { process.RegisterEach(takesOpaqueEach) }), "opaque.n")
	require.NoError(t, process.New(process.Options{}).Check(takesOpaque), "it has a codec")
}

func takesOpaqueEach(context.Context, []opaque) error { return nil }

func init() {
	process.RegisterCodec[opaque](func() process.Codec { return opaqueCodec{} })
	process.Register(takesOpaque)
}

func panicOf(f func()) (err error) {
	defer func() { err = fmt.Errorf("%v", recover()) }()
	f()
	return nil
}

// withoutMain makes the test binary a program that does not call Main.
const withoutMain = "LONGSHORE_TEST_WITHOUT_MAIN"

func TestMissingMain(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), withoutMain+"=1")
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "process.Main is not called")
	require.Contains(t, string(out), "fatal: true")
}

func checkWithoutMain() {
	err := process.New(process.Options{}).Check(double)
	fmt.Println(err)
	fmt.Println("fatal:", errors.Is(err, supervisor.ErrFatalStart))
	os.Exit(0)
}

// A process that is told to be a worker and has no parent says so, and ends.
func TestNoParent(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LONGSHORE_WORKER=x")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	require.Error(t, cmd.Run())
	require.Equal(t, 3, cmd.ProcessState.ExitCode())
	require.Contains(t, stderr.String(), "not by a parent")
}
