package mapper_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// TestContractAttemptsOwnContext: the context of an attempt ends when the attempt returns, however that is, and not before.
func TestContractAttemptsOwnContext(t *testing.T) {
	ends := map[string]func(context.Context) error{
		"value": func(context.Context) error { return nil },
		"error": func(context.Context) error { return errors.New("own") },
		"panic": func(context.Context) error { panic("own") },
		"exit":  func(context.Context) error { runtime.Goexit(); return nil },
		"late":  func(ctx context.Context) error { time.Sleep(time.Minute); return ctx.Err() },
	}
	for name, end := range ends {
		for door, through := range attemptDoors {
			t.Run(name+"/"+door, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var last context.Context
					var wait sync.WaitGroup
					var waiting atomic.Int32
					through(t, func(ctx context.Context) error {
						if last != nil {
							synctest.Wait()
							require.Error(t, last.Err())
							require.Zero(t, waiting.Load(), "what waits for an attempt that has returned")
						}
						last = ctx
						waiting.Add(1)
						wait.Go(func() {
							<-ctx.Done()
							waiting.Add(-1)
						})
						time.Sleep(time.Second)
						require.NoError(t, ctx.Err())
						require.EqualValues(t, 1, waiting.Load())
						return end(ctx)
					}, mapper.Options{Containers: 1, Scale: mapper.Scale{Max: 1}, Timeout: 30 * time.Second, Grace: time.Hour, ReturnExceptions: true})
					wait.Wait()
				})
			})
		}
	}
}

// attemptDoors execute a function some times, one attempt at a time.
var attemptDoors = map[string]func(*testing.T, func(context.Context) error, mapper.Options){
	"Collect": func(t *testing.T, fn func(context.Context) error, opts mapper.Options) {
		_, _ = mapper.Collect(t.Context(), func(ctx context.Context, _ int) (int, error) { return 0, fn(ctx) }, ints(3), runOptions(opts))
	},
	"Map": func(t *testing.T, fn func(context.Context) error, opts mapper.Options) {
		for range mapper.Map(t.Context(), func(ctx context.Context, _ int) (int, error) { return 0, fn(ctx) }, ints(3), runOptions(opts)) {
			continue
		}
	},
	"without a timeout": func(t *testing.T, fn func(context.Context) error, opts mapper.Options) {
		opts.Timeout = 0
		_ = mapper.Each(t.Context(), func(ctx context.Context, _ int) error { return fn(ctx) }, ints(3), runOptions(opts))
	},
	"batches": func(t *testing.T, fn func(context.Context) error, opts mapper.Options) {
		body := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) { return in, fn(ctx) }, mapper.Batch{Size: 2})
		_, _ = body.Collect(t.Context(), ints(6), runOptions(opts))
	},
	"calls": func(t *testing.T, fn func(context.Context) error, opts mapper.Options) {
		f := deployed(t, fn, opts)
		for range 3 {
			_, _ = f.Call(t.Context(), 1)
		}
	},
	"runs on a function": func(t *testing.T, fn func(context.Context) error, opts mapper.Options) {
		f := deployed(t, fn, opts)
		for range 2 {
			_, _ = f.Collect(t.Context(), ints(3), mapper.RunOptions{ReturnExceptions: true})
		}
	},
}

func runOptions(opts mapper.Options) mapper.Options {
	opts.Scale = mapper.Scale{}
	return opts
}

func deployed(t *testing.T, fn func(context.Context) error, opts mapper.Options) *mapper.Function[int, int] {
	t.Helper()
	opts.Containers, opts.ReturnExceptions = 0, false
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(ctx context.Context, _ int) (int, error) { return 0, fn(ctx) }), opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Stop(context.Background()) })
	return f
}

// TestContractAttemptsShareNothing: with several inputs a container, one that ends does not end its neighbours'.
func TestContractAttemptsShareNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
			told := make(chan struct{})
			context.AfterFunc(ctx, func() { close(told) })
			time.Sleep(time.Duration(i) * time.Second)
			require.NoError(t, ctx.Err())
			select {
			case <-told:
				return 0, errors.New("ended before it returned")
			default:
				return i, nil
			}
		}, ints(20), mapper.Options{Containers: 2, MaxInputs: 5})
		require.NoError(t, err)
	})
}

// TestContractAttemptFromElsewhere: a goroutine that outlives its attempt may ask, under the race detector, and one that asks
// while its attempt runs is told the truth.
func TestContractAttemptFromElsewhere(t *testing.T) {
	for name, opts := range map[string]mapper.Options{
		"":                  {Containers: 2},
		"timeout":           {Containers: 2, Timeout: time.Minute},
		"several at a time": {Containers: 2, MaxInputs: 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var late sync.WaitGroup
			over := make(chan struct{})
			_, err := mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
				late.Go(func() {
					for asked := false; !asked; runtime.Gosched() {
						select {
						case <-over:
							asked = true
						default:
						}
						mapper.AttemptFrom(ctx)
						ctx.Deadline()
						_ = ctx.Err()
					}
					<-ctx.Done()
					require.Error(t, ctx.Err())
				})
				told := make(chan mapper.Attempt)
				go func() {
					a, _ := mapper.AttemptFrom(ctx)
					told <- a
				}()
				if a := <-told; a.Index != i || a.Attempt != 1 {
					return 0, errors.New("another attempt's")
				}
				return i, nil
			}, ints(300), opts)
			close(over)
			late.Wait()
			require.NoError(t, err)
		})
	}
}

// TestContractKeptContexts: a context that was kept has ended, also if nobody had asked it for that.
func TestContractKeptContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept []context.Context
		for r := range mapper.Map(t.Context(), func(ctx context.Context, i int) (int, error) {
			for _, old := range kept[max(0, len(kept)-3):] {
				require.Equal(t, context.Canceled, old.Err(), "though nobody has asked before")
			}
			require.NoError(t, ctx.Err())
			kept = append(kept, ctx)
			return i, nil
		}, ints(100), mapper.Options{Containers: 1}) {
			require.NoError(t, r.Err)
		}
		for _, ctx := range kept {
			require.Equal(t, context.Canceled, ctx.Err())
			<-ctx.Done()
			_, ok := mapper.AttemptFrom(ctx)
			require.False(t, ok)
		}
	})
}
