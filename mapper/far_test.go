package mapper_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// farRuntime has a container that is some way off.
type farRuntime struct {
	way, work time.Duration // of a chunk there and back, of each input
	longest   atomic.Int64  // chunk
}

func (*farRuntime) Check(any) error { return nil }

// timedInstance knows what was work, and farInstance does not.
type (
	farInstance   struct{ *farRuntime }
	timedInstance struct {
		farInstance
		worked time.Duration
	}
)

func (f *farRuntime) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return farInstance{f}, nil
}

func (f farInstance) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	n := len(chunk.Inputs)
	for most := f.longest.Load(); int64(n) > most && !f.longest.CompareAndSwap(most, int64(n)); most = f.longest.Load() {
		continue
	}
	time.Sleep(f.way + time.Duration(n)*f.work)
	for i, in := range chunk.Inputs {
		done(i, in, nil)
	}
	return nil
}

func (farInstance) Close(context.Context) error { return nil }

type timedRuntime struct{ *farRuntime }

func (t timedRuntime) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return &timedInstance{farInstance: farInstance(t)}, nil
}

func (t *timedInstance) Run(ctx context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	t.worked = time.Duration(len(chunk.Inputs)) * t.work
	return t.farInstance.Run(ctx, chunk, done)
}

func (t *timedInstance) Worked() time.Duration { return t.worked }

// TestTimed: where the way is long, claims grow by the work. Who takes the way for work sends one input at a time.
func TestTimed(t *testing.T) {
	run := func(t *testing.T, rt supervisor.Runtime) {
		out, err := mapper.Collect(t.Context(), squared, ints(5000), mapper.Options{Containers: 1, Runtime: rt})
		require.NoError(t, err)
		require.Equal(t, ints(5000), out)
	}
	synctest.Test(t, func(t *testing.T) {
		far := &farRuntime{way: 2 * time.Millisecond, work: 10 * time.Microsecond}
		run(t, far)
		require.EqualValues(t, 1, far.longest.Load())
	})
	synctest.Test(t, func(t *testing.T) {
		far := &farRuntime{way: 2 * time.Millisecond, work: 10 * time.Microsecond}
		run(t, timedRuntime{far})
		require.EqualValues(t, 1024, far.longest.Load())
	})
	synctest.Test(t, func(t *testing.T) {
		far := &farRuntime{way: 2 * time.Millisecond, work: 4 * time.Millisecond}
		run(t, timedRuntime{far})
		require.EqualValues(t, 4, far.longest.Load(), "eight times the way")
	})
}
