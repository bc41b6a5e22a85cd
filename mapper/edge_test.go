package mapper_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestBatchAtTheEndOfTheIterator: a batch that forms is executed when the iterator turns out to have ended.
func TestBatchAtTheEndOfTheIterator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		body := mapper.Batched(func(_ context.Context, in []int) ([]int, error) { return in, nil }, mapper.Batch{Size: 10, Wait: 5 * time.Minute})
		n := 0
		for r := range body.MapSeq(t.Context(), func(yield func(int) bool) {
			for i := range 3 {
				yield(i)
			}
			time.Sleep(time.Second)
		}, mapper.Options{Containers: 2}) {
			require.NoError(t, r.Err)
			n++
		}
		require.Equal(t, 3, n)
		require.Equal(t, time.Second, time.Since(began))
	})
}

// TestBuffer: as calls take idle containers, others are started to be idle.
func TestBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(10*time.Second), mapper.Options{Scale: mapper.Scale{Min: 2, Max: 10, Buffer: 2}})
		time.Sleep(time.Second)
		for i := range 2 {
			_, err := f.Spawn(t.Context(), i)
			require.NoError(t, err)
			synctest.Wait()
		}
		time.Sleep(5 * time.Second)
		live := f.Stats().Pool.Live
		require.NoError(t, f.Stop(t.Context()))
		require.Equal(t, 4, live)
	})
}

// TestPreemptedPanic: what an attempt does that was preempted is not held against its input, also if it panics.
func TestPreemptedPanic(t *testing.T) {
	for _, m := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			f := deploy(t, mapper.Plain(func(ctx context.Context, in int) (int, error) {
				n++
				if n == 1 {
					<-ctx.Done()
					panic(context.Cause(ctx))
				}
				return in, nil
			}), mapper.Options{Containers: 1, CrashLimit: 1, MaxInputs: m})
			c, err := f.Spawn(t.Context(), 1)
			require.NoError(t, err)
			time.Sleep(time.Second)
			require.True(t, f.Preempt(0))
			_, err = c.Get(t.Context())
			require.NoError(t, f.Stop(t.Context()))
			require.NoError(t, err)
		})
	}
}

// TestRedeployOfABatch: an old body is not given batches of the size of the new one.
func TestRedeployOfABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		most := 0
		var mu sync.Mutex
		mk := func(size int, watch bool) mapper.Body[int, int] {
			return mapper.BatchedWithState(func(context.Context) (int, error) { time.Sleep(500 * time.Millisecond); return 0, nil },
				func(_ context.Context, _ int, in []int) ([]int, error) {
					time.Sleep(time.Second)
					mu.Lock()
					defer mu.Unlock()
					if watch {
						most = max(most, len(in))
					}
					return in, nil
				}, nil, mapper.Batch{Size: size})
		}
		f := deploy(t, mk(2, true), mapper.Options{Containers: 8})
		_, err := f.SpawnAll(t.Context(), ints(1000))
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		require.NoError(t, f.Redeploy(t.Context(), mk(50, false)))
		require.NoError(t, f.Stop(t.Context()))
		require.Equal(t, 2, most)
	})
}

// TestSetScaleWhileStarting: containers that are just starting when the maximum falls go, too.
func TestSetScaleWhileStarting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := mapper.WithState(func(context.Context) (int, error) { time.Sleep(time.Second); return 0, nil },
			func(_ context.Context, _, n int) (int, error) { time.Sleep(time.Second); return n, nil }, nil)
		f := deploy(t, body, mapper.Options{Scale: mapper.Scale{Max: 8, Window: 10 * time.Second}})
		calls, err := f.SpawnAll(t.Context(), ints(1000))
		require.NoError(t, err)
		time.Sleep(500 * time.Millisecond)
		s := f.Scale()
		s.Max = 2
		require.NoError(t, f.SetScale(s))
		time.Sleep(60 * time.Second)
		live := f.Stats().Pool.Live
		for _, c := range calls {
			c.Cancel()
		}
		require.NoError(t, f.Stop(t.Context()))
		require.Equal(t, 2, live)
	})
}

// TestSetScaleInBackoff: when the maximum falls, those go that do not work, and not those that do.
func TestSetScaleInBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var enters, exits atomic.Int32
		body := mapper.WithState(func(context.Context) (int, error) {
			if enters.Add(1) > 2 {
				return 0, errors.New("no")
			}
			return 0, nil
		}, func(_ context.Context, _, n int) (int, error) { time.Sleep(time.Second); return n, nil },
			func(context.Context, int) error { exits.Add(1); return nil })
		f := deploy(t, body, mapper.Options{Scale: mapper.Scale{Min: 8, Max: 8}})
		time.Sleep(100 * time.Second)
		require.NoError(t, f.SetScale(mapper.Scale{Min: 4, Max: 4}))
		time.Sleep(time.Second)
		got := exits.Load()
		require.NoError(t, f.Stop(t.Context()))
		require.Zero(t, got)
	})
}

// TestFunctionAndCallersEndAtOnce: each call settles once when its own context and that of the function are the same.
func TestFunctionAndCallersEndAtOnce(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			f, err := mapper.Deploy(ctx, mapper.Plain(func(_ context.Context, n int) (int, error) {
				if n < 0 {
					time.Sleep(20 * time.Millisecond)
					return 0, nil
				}
				return 0, errors.New("x")
			}), mapper.Options{Containers: 2, Retries: policy.Retries{MaxRetries: 1, InitialDelay: time.Minute}})
			require.NoError(t, err)
			for i := range 100 {
				_, err := f.Spawn(ctx, i)
				require.NoError(t, err)
			}
			synctest.Wait()
			require.Equal(t, 100, f.Stats().Retrying)
			run := f.Map(context.Background(), []int{-1}, mapper.RunOptions{})
			synctest.Wait()
			cancel()
			for range run {
				continue
			}
			<-f.Done()
			require.Zero(t, f.Stats().Calls)
			require.Equal(t, 100, f.Stats().Failed)
		})
	}
}

// deafRuntime has containers that heed nothing but being killed.
type deafRuntime struct{}

type deafInstance struct{ killed chan struct{} }

func (deafRuntime) Check(any) error { return nil }

func (deafRuntime) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return &deafInstance{make(chan struct{}, 100)}, nil
}

func (d *deafInstance) Run(context.Context, supervisor.Chunk, func(int, any, error)) error {
	<-d.killed
	return &supervisor.CrashError{Input: 0, Signal: "killed"}
}

func (d *deafInstance) Close(ctx context.Context) error {
	<-ctx.Done()
	d.killed <- struct{}{}
	return nil
}

// TestManyDeafContainers: more containers than the supervisor has room for news are killed at the end of a run.
func TestManyDeafContainers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := mapper.Collect(ctx, squared, ints(3000), mapper.Options{Containers: 200, Runtime: deafRuntime{}})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// frailRuntime has a first container that dies of being interrupted; the others answer with the input.
type frailRuntime struct{}

type frailInstance struct{ frail bool }

func (frailRuntime) Check(any) error { return nil }

func (frailRuntime) Open(_ context.Context, launch supervisor.Launch) (supervisor.Instance, error) {
	return frailInstance{frail: launch.Container == 0}, nil
}

func (f frailInstance) Run(ctx context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	if f.frail {
		<-ctx.Done()
		return &supervisor.CrashError{Input: 0, Signal: "segmentation fault"}
	}
	for i, in := range chunk.Inputs {
		done(i, in, nil)
	}
	return nil
}

func (frailInstance) Close(context.Context) error { return nil }

// TestPreemptedRemoteCrash: the crash of a container that was preempted is held against no input, wherever it was.
func TestPreemptedRemoteCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 1, CrashLimit: 1, Runtime: frailRuntime{}})
		c, err := f.Spawn(t.Context(), 7)
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.True(t, f.Preempt(0))
		v, err := c.Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// idleRuntime has containers that begin nothing before their context ends.
type idleRuntime struct{}

func (idleRuntime) Check(any) error { return nil }

func (idleRuntime) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return idleRuntime{}, nil
}

func (idleRuntime) Run(ctx context.Context, _ supervisor.Chunk, _ func(int, any, error)) error {
	<-ctx.Done()
	return nil
}

func (idleRuntime) Close(context.Context) error { return nil }

// TestTimeoutBeforeTheBeginning: an input whose time is up before a container far away has begun it has timed out, and
// its container serves on with a context that lives.
func TestTimeoutBeforeTheBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := mapper.Options{
			Containers: 2, Timeout: time.Second, Retries: policy.FixedRetries(1), ReturnExceptions: true, Runtime: idleRuntime{},
		}
		run, err := mapper.Start(t.Context(), squared, slices.Values(ints(6)), opts)
		require.NoError(t, err)
		for r := range run.All() {
			require.ErrorIs(t, r.Err, mapper.ErrTimeout)
			require.Equal(t, 2, r.Attempts)
		}
		require.NoError(t, run.Wait())
		require.Equal(t, 12, run.Stats().TimedOut)
	})
}

// TestRunEndsAfterItsCrashes: a run on a function does not end before an input is settled whose attempt crashes as it
// is cancelled.
func TestRunEndsAfterItsCrashes(t *testing.T) {
	for _, most := range []int{1, 3} {
		for range 300 {
			synctest.Test(t, func(t *testing.T) {
				f := deploy(t, mapper.Plain(func(ctx context.Context, _ int) (int, error) {
					<-ctx.Done()
					panic("as it ends")
				}), mapper.Options{Containers: 2, MaxInputs: most})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err := f.Collect(ctx, ints(6), mapper.RunOptions{ReturnExceptions: true})
				failures, ok := errors.AsType[*mapper.FailuresError](err)
				require.True(t, ok)
				require.Len(t, failures.Failures, 6)
				require.NoError(t, f.Stop(t.Context()))
			})
		}
	}
}

// TestNothingToDo has an observer see the end of runs without an input: their pool ends as soon as it begins, which once
// could come before the run knew that nothing was to come.
func TestNothingToDo(t *testing.T) {
	t.Parallel()
	var ended atomic.Int64
	opts := mapper.Options{Observer: supervisor.ObserverFunc(func(ev supervisor.Event) {
		if ev.Kind == supervisor.RunEnded && ev.Err == nil {
			ended.Add(1)
		}
	})}
	const runs = 500
	for range runs {
		for r := range mapper.Map(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil }, []int{}, opts) {
			require.NoError(t, r.Err)
		}
	}
	require.EqualValues(t, runs, ended.Load())
}
