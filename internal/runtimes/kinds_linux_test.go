package runtimes

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// The tests of this file and of many_linux_test.go are not parallel: they look at what the
// whole program has left.

// fault is one bad input, and what is to be found out about it.
type fault struct {
	do      string
	kind    string // empty: it does no harm
	or      string // what may be found out first instead
	stack   string // is part of the crash's stack
	opts    process.Options
	timeout bool // it does not end by itself in time
	ends    bool // but then, and may not be killed before
	astray  bool // it is found out when others execute, which are then charged once, too
}

var kinds = []fault{
	{do: "panic", kind: process.KindPanic, stack: "obey.go"},
	{do: "nil dereference", kind: process.KindPanic, stack: "obey.go"},
	{do: "panic elsewhere", kind: process.KindPanic, stack: "faults_linux_test.go"},
	{do: "nil dereference elsewhere", kind: process.KindPanic, stack: "faults_linux_test.go"},
	{do: "goexit", kind: process.KindGoexit, stack: "obey.go"},
	{do: "map writes", kind: process.KindFatal, stack: "fight"},
	{do: "stack overflow", kind: process.KindStackOverflow, stack: "deeper"},
	{do: "exit 0", kind: process.KindExit},
	{do: "exit 7", kind: process.KindExit},
	{do: "killed", kind: process.KindKilled},
	{do: "terminated", kind: process.KindSignal},
	{do: "segfault", kind: process.KindSignal},
	{do: "abort", kind: process.KindSignal},
	{do: "memory hog", kind: process.KindMemory, opts: process.Options{Memory: 256 << 20}},
	{do: "no memory", kind: process.KindOOM},
	{do: "busy", kind: process.KindTimeout, stack: "spin", timeout: true},
	{do: "blocked", kind: process.KindTimeout, stack: "faults_linux_test.go", timeout: true},
	{do: "signals ignored", kind: process.KindTimeout, stack: "faults_linux_test.go", timeout: true},
	{do: "stopped", kind: process.KindTimeout, timeout: true},
	{do: "exit, late", kind: process.KindExit, timeout: true, ends: true},
	{do: "garbage on the connection", kind: process.KindProtocol},
	{do: "connection closed", kind: process.KindProtocol, astray: true},
	{do: "connection shut down", kind: process.KindProtocol},
	// The worker's Go runtime may die of its closed poller first, and has nowhere to say why.
	{do: "everything closed", kind: process.KindProtocol, or: process.KindExit, astray: true},
	{do: "noise"},
	{do: "grandchildren", kind: process.KindExit},
	{do: "grandchildren, blocked", kind: process.KindTimeout, timeout: true},
	{do: "a tree", kind: process.KindExit},
	{do: "grandchildren in sessions of their own", kind: process.KindExit, opts: process.Options{PIDNamespace: true}},
}

// TestKinds has one bad input among a thousand: the others are right, the bad one is
// diagnosed, and nothing is left behind.
func TestKinds(t *testing.T) {
	warmUp(t)
	for _, f := range kinds {
		t.Run(f.do, func(t *testing.T) {
			if f.do == "no memory" && raceDetector {
				t.Skip("the race detector reserves more than the limit")
			}
			opts := processes(f.opts).with(mapper.Options{CrashLimit: 2, ReturnExceptions: true})
			if f.astray {
				opts.CrashLimit = 4
			}
			if f.timeout {
				opts.Timeout, opts.Grace, opts.Retries = time.Second, graceTime, soon(1)
			}
			if f.ends {
				opts.Grace = patience
			}
			nothingLeft(t)
			all, run := results(t, opts, orders(1000, order{N: 137, Do: f.do}))
			if f.opts.PIDNamespace && refused(run.Wait()) {
				t.Skip("the system refuses process namespaces")
			}
			require.NoError(t, run.Wait())
			if f.astray {
				excuse(all)
			}
			right(t, all, 1000, 137)
			f.check(t, all[137])
		})
	}
}

// excuse takes back that some were charged.
func excuse(all []mapper.Result[order, answer]) {
	for i := range all {
		if all[i].Err == nil {
			all[i].Attempts = 1
		}
	}
}

// refused reports that the system does not let us do that.
func refused(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EINVAL) || errors.Is(err, supervisor.ErrFatalStart)
}

func (f fault) check(t *testing.T, r mapper.Result[order, answer]) {
	t.Helper()
	if f.kind == "" {
		require.NoError(t, r.Err)
		require.Equal(t, 1, r.Attempts)
		return
	}
	if !f.astray {
		require.Equal(t, 2, r.Attempts)
	}
	crash := (*supervisor.CrashError)(nil)
	if f.timeout {
		crash = timeoutOf(t, r).Crash
		require.NotNil(t, crash)
	} else {
		crash = crashOf(t, r)
	}
	if f.or == "" || crash.Kind != f.or {
		require.Equal(t, f.kind, crash.Kind, "%v", crash)
	}
	require.Contains(t, crash.Stack, f.stack)
}

// warmUp opens what a program with worker processes keeps: the poller's descriptors.
func warmUp(t *testing.T) {
	t.Helper()
	_, err := mapper.Collect(bounded(t), obey, orders(2), processes(process.Options{}).with(mapper.Options{}))
	require.NoError(t, err)
}
