//go:build unix

package process_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// step is an input of stumble.
type step string

const (
	passes  step = "passes"
	fails   step = "fails"
	panics  step = "panics"
	goexits step = "goexits"
	exits   step = "exits"
	dies    step = "dies"
)

var _ = process.Register(stumble)

func stumble(_ context.Context, s step) (step, error) {
	switch s {
	case fails:
		return "", errors.New("failed")
	case panics:
		panic("stumbled")
	case goexits:
		runtime.Goexit()
	case exits:
		os.Exit(1)
	case dies:
		suicide(unix.SIGKILL)
	}
	return s, nil
}

var kinds = map[step]string{
	panics: process.KindPanic, goexits: process.KindGoexit, exits: process.KindExit, dies: process.KindKilled,
}

// Whatever the chunks: outcomes come once each, in order, and right; a crash blames the input
// that executed; and nothing after it was begun.
func TestChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inst, err := process.New(process.Options{}).Open(context.Background(), supervisor.Launch{Function: stumble})
		require.NoError(t, err)
		defer func() { _ = inst.Close(ended(context.Canceled)) }()
		innocent := rapid.SampledFrom([]step{passes, passes, passes, fails})
		any := rapid.SampledFrom([]step{passes, passes, passes, passes, passes, fails, panics, goexits, exits, dies})
		for range rapid.IntRange(1, 4).Draw(t, "innocent chunks") {
			run(t, inst, rapid.SliceOfN(innocent, 0, 50).Draw(t, "chunk"))
		}
		run(t, inst, rapid.SliceOfN(any, 1, 50).Draw(t, "last chunk"))
	})
}

func run(t *rapid.T, inst supervisor.Instance, steps []step) {
	inputs, culprit := make([]any, len(steps)), len(steps)
	for i, s := range steps {
		inputs[i] = s
		if kinds[s] != "" && culprit == len(steps) {
			culprit = i
		}
	}
	next := 0
	err := inst.Run(context.Background(), supervisor.Chunk{Inputs: inputs}, func(i int, v any, err error) {
		require.Equal(t, next, i)
		require.Equal(t, steps[i] == fails, err != nil)
		if err == nil {
			require.Equal(t, steps[i], v)
		}
		next++
	})
	if culprit == len(steps) {
		require.NoError(t, err)
		require.Equal(t, len(steps), next)
		return
	}
	crash, ok := err.(*supervisor.CrashError)
	require.True(t, ok, "%v", err)
	require.Equal(t, culprit, crash.Input)
	require.Equal(t, kinds[steps[culprit]], crash.Kind)
	require.LessOrEqual(t, next, culprit)
	if steps[culprit] == panics || steps[culprit] == goexits {
		require.Equal(t, culprit, next, "a worker that can still speak loses nothing")
	}
}
