//go:build unix

package process_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

var (
	_ = process.Register(look)
	_ = process.Register(chatter)
	_ = process.Register(warmer)
)

// inside is what a function finds in its worker.
type inside struct {
	MemoryLimit int64
	DataLimit   uint64
	OOMScore    int
	Procs       int
	Leader      bool
	Args        int
	Env         []string
	LowFDs      []int // open ones from 3 on
}

func look(context.Context, int) (in inside, err error) {
	in.MemoryLimit, in.Procs = debug.SetMemoryLimit(-1), runtime.GOMAXPROCS(0)
	in.Leader, in.Args, in.Env = unix.Getpgrp() == os.Getpid(), len(os.Args), os.Environ()
	var data unix.Rlimit
	err = unix.Getrlimit(unix.RLIMIT_DATA, &data)
	in.DataLimit = uint64(data.Cur)
	if score, err := os.ReadFile("/proc/self/oom_score_adj"); err == nil {
		in.OOMScore, _ = strconv.Atoi(strings.TrimSpace(string(score)))
	}
	for fd := 3; fd <= 6; fd++ {
		if kind, err := os.Readlink(fmt.Sprintf("/dev/fd/%d", fd)); err == nil && strings.HasPrefix(kind, "socket:") {
			in.LowFDs = append(in.LowFDs, fd)
		}
	}
	return in, err
}

// Limits says what is in force, and that is in force.
func TestLimits(t *testing.T) {
	t.Parallel()
	opts := process.Options{Memory: 200 << 20, Env: []string{"A=b", "LISTEN_FDS=1", "GOTRACEBACK=crash"}}
	limits := process.New(opts).Limits()
	var got inside
	err := open(t, opts, look).Run(t.Context(), supervisor.Chunk{Inputs: []any{0}}, func(_ int, v any, err error) {
		require.NoError(t, err)
		got = v.(inside)
	})
	require.NoError(t, err)
	require.EqualValues(t, 200<<20/10*9, got.MemoryLimit)
	require.GreaterOrEqual(t, got.Procs, 2)
	require.True(t, got.Leader)
	require.Equal(t, 1, got.Args)
	require.Len(t, got.Env, 2)
	require.Equal(t, "A=b", got.Env[0])
	require.Regexp(t, "^LONGSHORE_FAMILY=[A-Z2-7]{26}$", got.Env[1])
	require.Empty(t, got.LowFDs)
	if runtime.GOOS != "linux" {
		require.Equal(t, process.ByNobody, limits.By)
		require.NotEmpty(t, limits.Missing)
		return
	}
	require.Equal(t, process.ByPoll, limits.By)
	require.Equal(t, !raceDetector, limits.Backstop)
	require.Equal(t, limits.Backstop, got.DataLimit < 2<<30, "%d", got.DataLimit)
	require.GreaterOrEqual(t, got.OOMScore, 500)
	require.Empty(t, limits.Missing)
}

// A cgroup that is none is told, and does not keep the poll from its work.
func TestNoCgroup(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("cgroups are for Linux")
	}
	limits := process.New(process.Options{Memory: 200 << 20, Cgroup: t.TempDir()}).Limits()
	require.Equal(t, process.ByPoll, limits.By)
	require.Contains(t, limits.Missing, "no cgroup")
	require.Zero(t, process.New(process.Options{}).Limits())
}

// chatter prints more lines than anybody may lag behind.
func chatter(_ context.Context, lines int) (int, error) {
	for i := range lines {
		fmt.Println(i)
	}
	return lines, nil
}

// A Log that is stuck does not delay the worker: lines are dropped and counted.
func TestStuckLog(t *testing.T) {
	t.Parallel()
	const lines = 20_000
	stuck, logged := make(chan struct{}), make(chan struct{}, lines)
	r := process.New(process.Options{Log: func(process.Line) {
		<-stuck
		logged <- struct{}{}
	}})
	inst, err := r.Open(t.Context(), supervisor.Launch{Function: chatter})
	require.NoError(t, err)
	err = inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{lines}}, func(int, any, error) {})
	require.NoError(t, err)
	require.NoError(t, inst.Close(t.Context()))
	require.Positive(t, r.Dropped())
	close(stuck)
	for range lines - r.Dropped() { // none is lost that is not counted
		<-logged
	}
}

type celsius float64

// decimals is a codec of the user's.
type decimals struct{}

func (decimals) Encode(v any, dst []byte) ([]byte, error) {
	return strconv.AppendFloat(append(dst, "C "...), float64(v.(celsius)), 'f', 1, 64), nil
}

func (decimals) Decode(src []byte, into any) error {
	text, ours := strings.CutPrefix(string(src), "C ")
	f, err := strconv.ParseFloat(text, 64)
	if !ours {
		err = strconv.ErrSyntax
	}
	*into.(*celsius) = celsius(f)
	return err
}

func init() { process.RegisterCodec[celsius](func() wire.Codec { return decimals{} }) }

func warmer(_ context.Context, c celsius) (celsius, error) { return c + 1, nil }

func TestCodec(t *testing.T) {
	t.Parallel()
	err := open(t, process.Options{}, warmer).Run(t.Context(), supervisor.Chunk{Inputs: []any{celsius(1.26)}},
		func(_ int, v any, err error) {
			require.NoError(t, err)
			require.Equal(t, celsius(2.3), v, "rounded twice")
		})
	require.NoError(t, err)
}
