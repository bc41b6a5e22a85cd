package mapper_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// lossyRuntime loses its first containers, as many as it says, with what they execute.
type lossyRuntime struct{ left *atomic.Int32 }

func newLossy(n int32) lossyRuntime {
	l := lossyRuntime{new(atomic.Int32)}
	l.left.Store(n)
	return l
}

func (lossyRuntime) Check(any) error { return nil }

func (l lossyRuntime) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return lossyInstance{lost: l.left.Add(-1) >= 0}, nil
}

type lossyInstance struct{ lost bool }

func (l lossyInstance) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	if l.lost {
		return &supervisor.CrashError{Err: supervisor.ErrLost}
	}
	for i, in := range chunk.Inputs {
		done(i, in, nil)
		done(i, 0, nil) // the first report counts
	}
	go done(0, 0, nil) // and none that comes too late
	return nil
}

func (lossyInstance) Close(context.Context) error { return nil }

// TestLostMachinesChargeNobody: an input whose container went with its machine was in no crash (rule 3.10), however
// often that happens.
func TestLostMachinesChargeNobody(t *testing.T) {
	bodies := map[string]mapper.Body[int, int]{
		"by itself": mapper.Plain(squared),
		"in a batch": mapper.Batched(func(_ context.Context, in []int) ([]int, error) { return in, nil },
			mapper.Batch{Size: 4, Wait: time.Second}),
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := deploy(t, body, mapper.Options{Containers: 2, CrashLimit: 1, Runtime: newLossy(40)})
				out, err := f.Collect(t.Context(), ints(20), mapper.RunOptions{})
				require.NoError(t, err)
				require.Equal(t, ints(20), out)
				require.NoError(t, f.Stop(t.Context()))
				require.Zero(t, f.Stats().Pool.Crashes)
				require.NotZero(t, f.Stats().Pool.Lost)
			})
		})
	}
}

// TestLostAtMostOnce: nobody knows how far the lost one was.
func TestLostAtMostOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := mapper.Collect(t.Context(), squared, ints(1), mapper.Options{
			Containers: 1, AtMostOnce: true, Runtime: newLossy(1),
		})
		require.ErrorIs(t, err, supervisor.ErrLost)
	})
}

// TestLostUnknownAtMostOnce: which of the inputs that were out have begun nobody knows, so none of them begins again; and
// nobody is blamed.
func TestLostUnknownAtMostOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := map[int]int{}
		run, err := mapper.Start(t.Context(), squared, slices.Values(ints(20)), mapper.Options{
			Containers: 1, AtMostOnce: true, ReturnExceptions: true, Runtime: &vanishing{at: 7, begun: begun},
		})
		require.NoError(t, err)
		for r := range run.All() {
			if r.Index != 7 {
				require.NoError(t, r.Err)
				continue
			}
			require.ErrorIs(t, r.Err, mapper.ErrInterrupted)
			require.ErrorIs(t, r.Err, supervisor.ErrLost)
		}
		require.NoError(t, run.Wait())
		require.Len(t, begun, 20)
		for i, n := range begun {
			require.Equal(t, 1, n, "input %d", i)
		}
		require.Zero(t, run.Stats().Pool.Crashes)
		require.Equal(t, 1, run.Stats().Pool.Lost)
	})
}

// vanishing is a runtime whose container is lost, once, while it executes an input, and does not know which.
type vanishing struct {
	at    int
	begun map[int]int
	gone  bool
}

func (*vanishing) Check(any) error { return nil }

func (v *vanishing) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return v, nil
}

func (v *vanishing) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	for i, in := range chunk.Inputs {
		v.begun[chunk.Index+i]++
		if chunk.Index+i == v.at && !v.gone {
			v.gone = true
			return &supervisor.CrashError{Input: supervisor.NoInput, Err: fmt.Errorf("machine 7: %w", supervisor.ErrLost)}
		}
		done(i, in, nil)
	}
	return nil
}

func (*vanishing) Close(context.Context) error { return nil }
