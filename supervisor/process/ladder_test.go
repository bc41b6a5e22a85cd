//go:build unix

package process_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/process"
)

// A worker whose scheduler is stuck cannot say where it is. It gets SIGABRT, on which the Go
// runtime says what it can.
func TestStuckScheduler(t *testing.T) {
	t.Parallel()
	opts := process.Options{Env: append(os.Environ(), "GODEBUG=asyncpreemptoff=1")}
	crash := provoke(t, opts, "busy", true)
	require.Equal(t, process.KindTimeout, crash.Kind)
	require.Equal(t, 2, crash.Input)
	require.Contains(t, crash.Stack, "SIGABRT")
}
