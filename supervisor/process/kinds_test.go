//go:build unix

package process_test

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// Every kind of end is told by name, blames the input that executed, keeps what was
// finished, and leaves innocents not begun.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault, kind string
		memory      int64
		timeout     bool // whether the input must be killed for its time
		check       func(*testing.T, *supervisor.CrashError)
	}{
		{fault: "panic", kind: process.KindPanic, check: func(t *testing.T, e *supervisor.CrashError) {
			require.Equal(t, "boom", e.Panic)
			require.Contains(t, e.Stack, "process_test.fault\n")
		}},
		{fault: "panic with error", kind: process.KindPanic, check: func(t *testing.T, e *supervisor.CrashError) {
			require.ErrorIs(t, e, io.ErrUnexpectedEOF)
			require.EqualError(t, e.Unwrap(), "reading: unexpected EOF")
		}},
		{fault: "nil dereference", kind: process.KindPanic, check: func(t *testing.T, e *supervisor.CrashError) {
			require.ErrorContains(t, e.Panic.(error), "nil pointer dereference")
		}},
		{fault: "goexit", kind: process.KindGoexit, check: func(t *testing.T, e *supervisor.CrashError) {
			require.True(t, e.Goexit)
			require.Contains(t, e.Stack, "process_test.fault\n")
		}},
		{fault: "panic elsewhere", kind: process.KindPanic, check: func(t *testing.T, e *supervisor.CrashError) {
			require.Equal(t, "boom elsewhere", e.Panic)
			require.Contains(t, e.Stack, "faulty_test.go")
			require.Equal(t, 2, e.Exit)
		}},
		{fault: "nil dereference elsewhere", kind: process.KindPanic, check: func(t *testing.T, e *supervisor.CrashError) {
			require.Contains(t, e.Panic, "nil pointer dereference")
		}},
		{fault: "fatal error", kind: process.KindFatal, check: func(t *testing.T, e *supervisor.CrashError) {
			require.ErrorContains(t, e, "fatal error: sync: unlock of unlocked mutex")
			require.Contains(t, e.Stack, "faulty_test.go")
			require.Contains(t, e.Output, "unlock of unlocked mutex")
		}},
		{fault: "stack overflow", kind: process.KindStackOverflow, check: func(t *testing.T, e *supervisor.CrashError) {
			require.ErrorContains(t, e, "fatal error: stack overflow")
			require.Contains(t, e.Stack, "deeper")
		}},
		{fault: "exit 0", kind: process.KindExit, check: exited(0)},
		{fault: "exit 2", kind: process.KindExit, check: exited(2)},
		{fault: "exit 7", kind: process.KindExit, check: exited(7)},
		{fault: "grandchildren", kind: process.KindExit, check: exited(9)},
		{fault: "killed", kind: process.KindKilled, check: signalled("killed")},
		{fault: "terminated", kind: process.KindSignal, check: signalled("terminated")},
		{fault: "segmentation", kind: process.KindSignal, check: func(t *testing.T, e *supervisor.CrashError) {
			require.ErrorContains(t, e, "SIGSEGV")
		}},
		{fault: "abort", kind: process.KindSignal, check: func(t *testing.T, e *supervisor.CrashError) {
			require.ErrorContains(t, e, "SIGABRT")
		}},
		{fault: "memory hog", kind: process.KindMemory, memory: 128 << 20, check: func(t *testing.T, e *supervisor.CrashError) {
			require.True(t, e.OOM)
			require.Greater(t, e.PeakMemory, int64(128<<20))
		}},
		{fault: "no memory", kind: process.KindOOM, check: func(t *testing.T, e *supervisor.CrashError) {
			require.True(t, e.OOM)
			require.ErrorContains(t, e, "out of memory")
		}},
		{fault: "busy", kind: process.KindTimeout, timeout: true, check: dumped("process_test.busy(")},
		{fault: "blocked", kind: process.KindTimeout, timeout: true, check: dumped("process_test.fault(")},
		{fault: "quit ignored", kind: process.KindTimeout, timeout: true, check: dumped("process_test.fault(")},
		{fault: "stopped", kind: process.KindTimeout, timeout: true},
		{fault: "closes connection", kind: process.KindProtocol},
		{fault: "shuts connection down", kind: process.KindProtocol},
		{fault: "closes everything", kind: process.KindProtocol},
		{fault: "garbage on connection", kind: process.KindProtocol, check: func(t *testing.T, e *supervisor.CrashError) {
			require.ErrorContains(t, e, "bad magic")
		}},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			if c.fault == "no memory" && raceDetector {
				t.Skip("the race detector reserves more than the limit")
			}
			crash := provoke(t, process.Options{Memory: c.memory}, c.fault, c.timeout)
			require.Equal(t, c.kind, crash.Kind, "%v\n%+v", crash, crash)
			require.Equal(t, supervisor.PhaseInput, crash.Phase)
			require.Equal(t, 2, crash.Input)
			require.Equal(t, 7, crash.Container)
			if c.check != nil {
				c.check(t, crash)
			}
		})
	}
}

func exited(code int) func(*testing.T, *supervisor.CrashError) {
	return func(t *testing.T, e *supervisor.CrashError) { require.Equal(t, code, e.Exit) }
}

func signalled(name string) func(*testing.T, *supervisor.CrashError) {
	return func(t *testing.T, e *supervisor.CrashError) { require.Equal(t, name, e.Signal) }
}

func dumped(function string) func(*testing.T, *supervisor.CrashError) {
	return func(t *testing.T, e *supervisor.CrashError) {
		require.Contains(t, e.Stack, function)
		require.ErrorIs(t, e, context.DeadlineExceeded)
	}
}

// provoke has a worker execute five inputs, of which the third has that fault, and returns
// how the worker ended.
func provoke(t *testing.T, opts process.Options, what string, timeout bool) *supervisor.CrashError {
	ready, begun := make(chan struct{}), make(chan struct{})
	log := opts.Log
	opts.Log = func(l process.Line) {
		switch {
		case l.Text == "ready":
			close(ready)
		case l.Text == "begun":
			close(begun)
		case log != nil:
			log(l)
		}
	}
	inst := open(t, opts, fault)
	ctx, tell := context.WithCancel(t.Context())
	defer tell()
	var reported []int
	err := inst.Run(ctx, supervisor.Chunk{Inputs: []any{"fine", "fine", what, "fine", "fine"}}, func(i int, _ any, err error) {
		require.NoError(t, err)
		if reported = append(reported, i); len(reported) < 2 {
			return
		}
		go func() {
			<-ready
			tell()
			if timeout {
				<-begun
				_ = inst.Close(ended(context.DeadlineExceeded))
			}
		}()
	})
	require.Equal(t, []int{0, 1}, reported)
	crash, ok := err.(*supervisor.CrashError)
	require.True(t, ok, "%v", err)
	require.Error(t, inst.Close(t.Context()), "a crash is no orderly end")
	return crash
}

// open starts a worker for fn and sees to it that it ends.
func open(t *testing.T, opts process.Options, fn any) supervisor.Instance {
	if opts.Log == nil {
		opts.Log = func(process.Line) {}
	}
	inst, err := process.New(opts).Open(t.Context(), supervisor.Launch{Function: fn, Container: 7})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = inst.Close(ended(context.Canceled))
	})
	return inst
}

// ended is a context that has ended for that cause.
func ended(cause error) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	return ctx
}
