//go:build unix

package process_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

var (
	_ = process.Register(spoil)
	_ = process.Register(closeAll)
	_ = process.Register(forge)
)

// spoil returns at once, whatever it has done to the connection.
func spoil(_ context.Context, what string) (string, error) {
	if what != "" {
		eachSocket(func(fd int) { _, _ = unix.Write(fd, []byte(what)) })
	}
	return what, nil
}

func closeAll(_ context.Context, bad bool) (bool, error) {
	if bad {
		faults["closes everything"]()
	}
	return bad, nil
}

// What happens to a connection is the doing of an input that was not reported. If several share a frame nobody is
// blamed that once, and all go alone from then on.
func TestBlameOfTheSpoiler(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		fn     any
		inputs []any
	}{
		{"garbage", spoil, []any{"", "", "garbage", "", ""}},
		{"a long garbage", spoil, []any{"", "", string(make([]byte, 300)), "", ""}},
		{"close", closeAll, []any{false, false, true, false, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			known := false
			for round := range 4 {
				inst := open(t, process.Options{}, c.fn)
				next := 0
				err := inst.Run(t.Context(), supervisor.Chunk{Inputs: c.inputs}, func(i int, v any, err error) {
					require.NoError(t, err)
					require.Equal(t, c.inputs[i], v)
					require.Equal(t, next, i)
					next++
				})
				crash, ok := err.(*supervisor.CrashError)
				require.True(t, ok, "%v", err)
				require.Equal(t, process.KindProtocol, crash.Kind)
				if known || next == 2 {
					require.Equal(t, 2, next)
					require.Equal(t, 2, crash.Input, "round %d", round)
				} else {
					require.Equal(t, supervisor.NoInput, crash.Input)
					known = true
				}
			}
		})
	}
}

// forge says by itself that it has returned 42, and then returns 43.
func forge(context.Context, int) (int, error) {
	var b wire.ResultsBuilder
	if err := b.AddValue(process.DefaultCodec(0), 42); err != nil {
		return 0, err
	}
	eachSocket(func(fd int) {
		fd, _ = unix.Dup(fd)
		file := os.NewFile(uintptr(fd), "")
		_ = wire.NewConn(file).WriteFrame(wire.Results, 1, b.Payload())
		file.Close()
	})
	return 43, nil
}

// Nothing is told of an input after Run has returned, and nothing as that of another.
func TestToldTwice(t *testing.T) {
	t.Parallel()
	inst := open(t, process.Options{}, forge)
	told := 0
	done := func(_ int, v any, _ error) {
		require.Equal(t, 42, v)
		told++
	}
	require.NoError(t, inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{0}}, done))
	require.Equal(t, 1, told)
	err := inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{0}}, done)
	crash, ok := err.(*supervisor.CrashError)
	require.True(t, ok, "%v", err)
	require.Equal(t, process.KindProtocol, crash.Kind)
	require.Equal(t, 1, told)
}
