package mapper_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestPause: in a pause what executes finishes, and nothing begins: no fresh input, no retry that is due, no re-run.
func TestPause(t *testing.T) {
	for name, opts := range map[string]mapper.Options{
		"ordered": {}, "unordered": {Unordered: true}, "with a timeout": {Timeout: time.Hour}, "several inputs": {MaxInputs: 2, Containers: 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var begun tally[time.Duration]
				begin := time.Now()
				opts.ReturnExceptions, opts.Retries = true, policy.Retries{MaxRetries: 1, InitialDelay: time.Second}
				if opts.Containers == 0 {
					opts.Containers = 4
				}
				var events tally[supervisor.Kind]
				opts.Observer = supervisor.ObserverFunc(func(ev supervisor.Event) {
					if ev.Kind == supervisor.Paused || ev.Kind == supervisor.Resumed {
						events.add(ev.Kind)
					}
				})
				run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
					begun.add(time.Since(begin))
					time.Sleep(10 * time.Second)
					switch a, _ := mapper.AttemptFrom(ctx); {
					case i == 0 && a.Attempt == 1:
						return 0, &ownError{1}
					case i == 1 && a.Attempt == 1:
						panic("once")
					}
					return i, nil
				}, slices.Values(ints(20)), opts)
				require.NoError(t, err)
				time.AfterFunc(5*time.Second, func() {
					run.Pause()
					run.Pause()
				})
				time.AfterFunc(time.Hour, func() {
					run.Resume()
					run.Resume()
				})
				for r := range run.All() {
					require.NoError(t, r.Err)
				}
				for _, at := range begun.all() {
					require.False(t, 5*time.Second <= at && at < time.Hour, at)
				}
				require.Len(t, begun.all(), 22)
				require.Equal(t, time.Hour+50*time.Second, time.Since(begin), "18 inputs in five rounds")
				run.Pause()
				run.Resume()
				require.Equal(t, []supervisor.Kind{supervisor.Paused, supervisor.Resumed}, events.all())
			})
		})
	}
}

// TestPauseInTheMiddle: of cheap inputs that are in hand together, too, none begins any more.
func TestPauseInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 100_000
		var run *mapper.Run[int, int]
		var paused atomic.Bool
		var late atomic.Int32
		ready := make(chan struct{})
		run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
			<-ready
			if i == n/2 {
				run.Pause()
				paused.Store(true)
			} else if paused.Load() {
				late.Add(1)
			}
			return i, nil
		}, slices.Values(ints(n)), mapper.Options{Containers: 1})
		require.NoError(t, err)
		close(ready)
		time.AfterFunc(time.Minute, func() {
			paused.Store(false)
			run.Resume()
		})
		begin := time.Now()
		require.Len(t, slices.Collect(run.All()), n)
		require.Zero(t, late.Load())
		require.Equal(t, time.Minute, time.Since(begin))
	})
}

// TestPauseEnds: a run that is paused ends with its context, by Stop, and when its reader leaves.
func TestPauseEnds(t *testing.T) {
	cause := errors.New("enough")
	for name, end := range map[string]func(context.CancelCauseFunc, *mapper.Run[int, int]){
		"context": func(cancel context.CancelCauseFunc, _ *mapper.Run[int, int]) { cancel(cause) },
		"Stop":    func(_ context.CancelCauseFunc, run *mapper.Run[int, int]) { run.Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				run, err := mapper.Start(ctx, func(_ context.Context, i int) (int, error) {
					time.Sleep(time.Second)
					return i, nil
				}, slices.Values(ints(100)), mapper.Options{})
				require.NoError(t, err)
				run.Pause()
				time.AfterFunc(time.Minute, func() { end(cancel, run) })
				begin := time.Now()
				for range run.All() {
				}
				require.Equal(t, time.Minute, time.Since(begin))
				require.Error(t, run.Wait())
				cancel(nil)
			})
		})
	}
}

// TestPauseOfAFunction holds its calls and all its runs, that of a run its own inputs alone.
func TestPauseOfAFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		f := deploy(t, mapper.Plain(func(_ context.Context, i int) (time.Duration, error) {
			return time.Since(begin), nil
		}), mapper.Options{Containers: 2})
		f.Pause()
		first, err := f.Start(t.Context(), slices.Values(ints(3)), mapper.RunOptions{})
		require.NoError(t, err)
		second, err := f.Start(t.Context(), slices.Values(ints(3)), mapper.RunOptions{})
		require.NoError(t, err)
		call, err := f.Spawn(t.Context(), 1)
		require.NoError(t, err)
		second.Pause()
		time.Sleep(time.Minute)
		f.Resume()
		at, err := call.Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Minute, at)
		for r := range first.All() {
			require.Equal(t, time.Minute, r.Value)
		}
		time.Sleep(time.Minute)
		second.Resume()
		for r := range second.All() {
			require.Equal(t, 2*time.Minute, r.Value)
		}
		f.Pause()
		time.AfterFunc(time.Minute, f.Resume)
		at, err = f.Call(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, 3*time.Minute, at)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestPauseOfBatches: a batch that would be due waits, too.
func TestPauseOfBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		body := mapper.EachBatch(func(context.Context, []int) error {
			require.GreaterOrEqual(t, time.Since(begin), time.Hour)
			return nil
		}, mapper.Batch{Size: 4, Wait: time.Second})
		run, err := body.Start(t.Context(), spaced(3, 100*time.Millisecond), mapper.Options{})
		require.NoError(t, err)
		run.Pause()
		time.AfterFunc(time.Hour, run.Resume)
		for r := range run.All() {
			require.NoError(t, r.Err)
		}
		require.Equal(t, time.Hour, time.Since(begin))
	})
}
