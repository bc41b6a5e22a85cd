//go:build unix

package process_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

var _ = process.Register(leave)

// leave leaves a goroutine behind, which spoils the connection when it gets a signal.
func leave(_ context.Context, what string) (int, error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGUSR1)
	go func() {
		<-signals
		eachSocket(func(fd int) {
			switch what {
			case "end":
				_ = unix.Shutdown(fd, unix.SHUT_WR)
			case "begin of a frame":
				_, _ = unix.Write(fd, []byte{wire.Version})
			default:
				_, _ = unix.Write(fd, []byte(what))
			}
		})
		fmt.Println("spoilt")
	}()
	return os.Getpid(), nil
}

// A connection that was spoilt while the worker was idle is nothing that an input is
// blamed for: none begins.
func TestSpoiltWhileIdle(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"garbage that is longer than a header", "garbage", "begin of a frame", "end"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			spoilt := make(chan struct{})
			inst := open(t, process.Options{Log: func(process.Line) { close(spoilt) }}, leave)
			err := inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{what}}, func(_ int, v any, err error) {
				require.NoError(t, err)
				require.NoError(t, unix.Kill(v.(int), unix.SIGUSR1))
			})
			require.NoError(t, err)
			<-spoilt
			err = inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{what}}, func(int, any, error) {
				t.Error("begun on a spoilt connection")
			})
			crash, ok := err.(*supervisor.CrashError)
			require.True(t, ok, "%v", err)
			require.Equal(t, process.KindProtocol, crash.Kind)
			require.Equal(t, supervisor.NoInput, crash.Input)
		})
	}
}
