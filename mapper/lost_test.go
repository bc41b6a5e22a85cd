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

// parting is a runtime whose first container is lost with the input that it names.
type parting struct{ gone atomic.Bool }

func (*parting) Check(any) error { return nil }

func (l *parting) Open(_ context.Context, launch supervisor.Launch) (supervisor.Instance, error) {
	launch.At("machine 7")
	return l, nil
}

func (l *parting) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	for i, in := range chunk.Inputs {
		if l.gone.CompareAndSwap(false, true) {
			return &supervisor.CrashError{Input: i, Err: supervisor.ErrLost}
		}
		done(i, in, nil)
	}
	return nil
}

func (*parting) Close(context.Context) error { return nil }

// TestLostIsTold: observers hear of an input that runs again since its machine was lost: which one that was, and why; and
// its second attempt is one.
func TestLostIsTold(t *testing.T) {
	for name, body := range map[string]mapper.Body[int, int]{
		"by itself":  mapper.Plain(squared),
		"in a batch": mapper.Batched(func(_ context.Context, in []int) ([]int, error) { return in, nil }, mapper.Batch{Size: 3, Wait: time.Second}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told tally[supervisor.Event]
				run, err := body.Start(t.Context(), slices.Values(ints(3)), mapper.Options{
					Containers: 1, Runtime: new(parting), Observer: supervisor.ObserverFunc(func(ev supervisor.Event) {
						if ev.Kind == supervisor.InputRerun {
							told.add(ev)
						}
					}),
				})
				require.NoError(t, err)
				all := slices.Collect(run.All())
				require.NoError(t, run.Wait())
				reruns := told.all()
				require.Len(t, reruns, run.Stats().Reruns)
				require.NotEmpty(t, reruns)
				for i, ev := range reruns {
					require.Equal(t, []any{i, 1, "machine 7"}, []any{ev.Input, ev.Attempt, ev.Machine})
					require.ErrorIs(t, ev.Err, mapper.ErrInterrupted)
					require.ErrorIs(t, ev.Err, supervisor.ErrLost)
					require.Equal(t, 2, all[i].Attempts)
				}
			})
		})
	}
}
