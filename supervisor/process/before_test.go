//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// firstThing has the test binary do one of these before it comes to Main: in a worker, which has no arguments, and as part of
// what a package does when it is initialized if its name says so.
const firstThing = "LONGSHORE_TEST_FIRST"

var beforeMain = map[string]func(){
	"usage":   func() { fmt.Fprintln(os.Stderr, "usage: program FILE"); os.Exit(2) },
	"nothing": func() { os.Exit(0) },
	"hangs":   func() { begun(); select {} },
}

var _ = func() bool {
	switch os.Getenv(firstThing) {
	case "init panics":
		panic(errors.New("no configuration"))
	case "init is fatal":
		m := map[int]int{}
		for range 2 {
			go func() {
				for {
					m[1]++
				}
			}()
		}
		select {}
	}
	return true
}()

// begin starts a worker whose program does something before Main, and returns how that ended.
func begin(t *testing.T, what string) *supervisor.CrashError {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	_, err := process.New(process.Options{Env: append(os.Environ(), firstThing+"="+what), Log: func(l process.Line) {
		if l.Text == "begun" {
			cancel(context.DeadlineExceeded)
		}
	}}).Open(ctx, supervisor.Launch{Function: double})
	crash, ok := err.(*supervisor.CrashError)
	require.True(t, ok, "%v", err)
	require.Equal(t, supervisor.PhaseStart, crash.Phase)
	require.Equal(t, supervisor.NoInput, crash.Input)
	return crash
}

// A program that does something else first will do so each time.
func TestBeforeMain(t *testing.T) {
	t.Parallel()
	for what, code := range map[string]int{"usage": 2, "nothing": 0} {
		crash := begin(t, what)
		require.Equal(t, process.KindExit, crash.Kind)
		require.Equal(t, code, crash.Exit)
		require.ErrorIs(t, crash, supervisor.ErrFatalStart)
		require.ErrorContains(t, crash, "ended before process.Main: is it the first thing in main?")
	}
	crash := begin(t, "hangs")
	require.Equal(t, process.KindTimeout, crash.Kind)
	require.ErrorIs(t, crash, context.DeadlineExceeded)
	require.ErrorContains(t, crash, "not come to process.Main: is that the first thing in main?")
}

// What is initialized may panic, which is no other panic than that of a function.
func TestInitPanics(t *testing.T) {
	t.Parallel()
	crash := begin(t, "init panics")
	require.Equal(t, process.KindPanic, crash.Kind)
	require.Contains(t, crash.Panic, "no configuration")
	require.Contains(t, crash.Stack, "before_test.go")
	require.NotErrorIs(t, crash, supervisor.ErrFatalStart)
	if raceDetector {
		return // which ends the program in its own way
	}
	crash = begin(t, "init is fatal")
	require.Equal(t, process.KindFatal, crash.Kind)
	require.ErrorContains(t, crash, "fatal error: ")
	require.Contains(t, crash.Stack, "before_test.go")
}
