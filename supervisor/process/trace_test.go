package process

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// Whatever stands in a trace, it has a kind and a reason.
func FuzzTrace(f *testing.F) {
	f.Add("panic: boom\n\ngoroutine 1 [running]:", "")
	f.Add("goroutine 1 [running]:", "fatal error: stack overflow")
	f.Add("SIGSEGV: segmentation violation\nPC=0", "fatal error: what the function printed")
	f.Add("SIGABRT: abort\nPC=0", "runtime/cgo: pthread_create failed: Resource temporarily unavailable")
	f.Add("garbagepanic: boom\n\ngoroutine 1 [running]:", "")
	f.Fuzz(func(t *testing.T, trace, fatal string) {
		var crash supervisor.CrashError
		readTrace(&crash, trace, fatal)
		require.NotEmpty(t, crash.Kind)
		require.Equal(t, trace, crash.Stack)
		require.True(t, crash.Err != nil || crash.Panic != nil)
		require.Equal(t, crash.Kind == KindOOM, crash.OOM)
	})
}

// A trace is found behind what the function has written into it, and on stderr where no worker had begun.
func TestTrace(t *testing.T) {
	t.Parallel()
	var crash supervisor.CrashError
	readTrace(&crash, "garbagepanic: boom\n\ngoroutine 1 [running]:", "")
	require.Equal(t, KindPanic, crash.Kind)
	require.Equal(t, "boom", crash.Panic)

	const noThread = "runtime/cgo: pthread_create failed: Resource temporarily unavailable"
	readTrace(&crash, "SIGABRT: abort\nPC=0", noThread)
	require.Equal(t, KindFatal, crash.Kind)
	require.EqualError(t, crash.Err, noThread)
	require.True(t, isFatal([]byte(noThread)))

	const trace = "panic: boom\n\ngoroutine 1 [running]:\nmain.init.0()"
	require.Equal(t, trace, initTrace("loading\n"+trace))
	require.Equal(t, trace, initTrace(trace))
	require.Empty(t, initTrace("no panic: boom"))
	require.Empty(t, initTrace("panic: not in this tone"))
}
