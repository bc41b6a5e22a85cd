package mapper_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// ledger counts the enters and exits of states, each of which is a number.
type ledger struct{ entered, exited atomic.Int32 }

func (l *ledger) enter(context.Context) (int32, error) { return l.entered.Add(1), nil }

func (l *ledger) exit(context.Context, int32) error {
	l.exited.Add(1)
	return nil
}

// requireEven requires that each state was exited.
func (l *ledger) requireEven(t *testing.T) {
	t.Helper()
	require.Equal(t, l.entered.Load(), l.exited.Load())
}

// A container that crashes on an input leaves no state behind, and no input beside it.
func TestCrashedStateExits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		body := mapper.WithState(l.enter, func(_ context.Context, _ int32, n int) (int, error) {
			time.Sleep(time.Second)
			if n == 5 {
				panic("poison")
			}
			return n, nil
		}, l.exit)
		_, err := body.Collect(t.Context(), ints(8), mapper.Options{Containers: 3, ReturnExceptions: true})
		failed, ok := errors.AsType[*mapper.FailuresError](err)
		require.True(t, ok)
		require.Len(t, failed.Failures, 1)
		require.Equal(t, 5, failed.Failures[0].Index)
		require.EqualValues(t, 5, l.entered.Load()) // crashed at the end of the run, it is not replaced
		l.requireEven(t)
	})
}

// A start that comes too late is exited, once, when it comes: within Grace, at its end, or
// after it.
func TestLateStartExitsOnce(t *testing.T) {
	for _, took := range []time.Duration{1500 * time.Millisecond, 2 * time.Second, time.Minute} {
		t.Run(took.String(), func(t *testing.T) {
			for range 30 {
				synctest.Test(t, func(t *testing.T) {
					var l ledger
					body := mapper.WithState(func(context.Context) (int32, error) {
						n := l.entered.Add(1)
						if n == 1 {
							time.Sleep(took)
						}
						return n, nil
					}, func(_ context.Context, _ int32, n int) (int, error) { return n, nil }, l.exit)
					out, err := body.Collect(t.Context(), ints(3), mapper.Options{Containers: 1, StartTimeout: time.Second})
					require.NoError(t, err)
					require.Equal(t, ints(3), out)
					time.Sleep(time.Hour)
					require.EqualValues(t, 2, l.entered.Load())
					l.requireEven(t)
				})
			}
		})
	}
}

// An attempt that was abandoned keeps its state until it returns. It may return by a panic.
func TestAbandonedStateExits(t *testing.T) {
	for name, opts := range map[string]mapper.Options{
		"alone":  {Containers: 1, Timeout: time.Second},
		"beside": {Containers: 1, Timeout: time.Second, MaxInputs: 2},
	} {
		for how, end := range map[string]func(){"returns": func() {}, "panics": func() { panic("late") }} {
			t.Run(name+" "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var l ledger
					f := deploy(t, mapper.WithState(l.enter, func(_ context.Context, _ int32, n int) (int, error) {
						if n == 1 {
							time.Sleep(10 * time.Second)
							end()
						}
						return n, nil
					}, l.exit), opts)
					_, err := f.Call(t.Context(), 1)
					require.ErrorIs(t, err, mapper.ErrTimeout)
					_, err = f.Call(t.Context(), 2)
					require.NoError(t, err)
					time.Sleep(time.Minute)
					require.NoError(t, f.Stop(t.Context()))
					require.EqualValues(t, 2, l.entered.Load())
					l.requireEven(t)
				})
			})
		}
	}
}

// The attempt beside one that crashes is interrupted, and executed elsewhere.
func TestCrashInterruptsNeighbours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		causes := make(chan error, 10)
		var l ledger
		body := mapper.WithState(l.enter, func(ctx context.Context, _ int32, n int) (int, error) {
			if n == 0 {
				time.Sleep(time.Second)
				panic("boom")
			}
			select {
			case <-ctx.Done():
				causes <- context.Cause(ctx)
				return 0, ctx.Err()
			case <-time.After(time.Minute):
				return n, nil
			}
		}, l.exit)
		out, err := body.Collect(t.Context(), ints(2), mapper.Options{Containers: 1, MaxInputs: 2, ReturnExceptions: true})
		failed, ok := errors.AsType[*mapper.FailuresError](err)
		require.True(t, ok)
		require.Len(t, failed.Failures, 1)
		require.Equal(t, ints(2), out)
		require.ErrorIs(t, <-causes, mapper.ErrInterrupted)
		l.requireEven(t)
	})
}
