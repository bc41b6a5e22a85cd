package mapper_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// hurried is a context that has ended, for a Stop that does not drain.
func hurried(t *testing.T) context.Context {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errHurry)
	return ctx
}

var errHurry = errors.New("no time")

func TestStopDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(time.Second), mapper.Options{Containers: 2})
		calls, err := f.SpawnAll(t.Context(), ints(10))
		require.NoError(t, err)
		run, err := f.Start(t.Context(), func(yield func(int) bool) {
			for i := range 10 {
				time.Sleep(2 * time.Second) // what is yielded after the Stop counts too
				if !yield(i) {
					return
				}
			}
		}, mapper.RunOptions{})
		require.NoError(t, err)
		stopped := make(chan error)
		go func() { stopped <- f.Stop(t.Context()) }()
		n := 0
		for r := range run.All() {
			require.NoError(t, r.Err)
			n++
		}
		require.Equal(t, 10, n)
		values, err := mapper.Gather(t.Context(), calls...)
		require.NoError(t, err)
		require.Equal(t, ints(10), values)
		require.NoError(t, <-stopped)
		<-f.Done()
		require.Zero(t, f.Stats().Pool.Live)
	})
}

// TestStopIsBounded by its deadline where readers have left their runs without a word. Until then
// such runs are in nobody's way.
func TestStopIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 2})
		for range f.Map(t.Context(), ints(5000), mapper.RunOptions{}) {
			break
		}
		for range f.MapSeq(t.Context(), slices.Values(ints(5000)), mapper.RunOptions{}) {
			break
		}
		_, err := f.Start(t.Context(), slices.Values(ints(5000)), mapper.RunOptions{}) // that nobody reads
		require.NoError(t, err)
		v, err := f.Call(t.Context(), 7)
		require.NoError(t, err)
		require.Equal(t, 49, v)
		_, err = f.Collect(t.Context(), ints(3000), mapper.RunOptions{})
		require.NoError(t, err)
		require.Equal(t, 3, f.Stats().Runs)

		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		begin := time.Now()
		require.Equal(t, context.DeadlineExceeded, f.Stop(ctx))
		require.Equal(t, 2*time.Second, time.Since(begin))
		<-f.Done()
	})
}

func TestStoppedRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(time.Second), mapper.Options{Containers: 1})
		_, err := f.Spawn(t.Context(), 1)
		require.NoError(t, err)
		stopped := make(chan error)
		go func() { stopped <- f.Stop(t.Context()) }()
		synctest.Wait()
		requireRefusal(t, f) // while it drains
		require.NoError(t, <-stopped)
		requireRefusal(t, f) // and afterwards
	})
}

// requireRefusal asks a stopped function for everything.
func requireRefusal(t *testing.T, f *mapper.Function[int, int]) {
	t.Helper()
	_, err := f.Call(t.Context(), 1)
	require.ErrorIs(t, err, mapper.ErrStopped)
	_, err = f.Spawn(t.Context(), 1)
	require.ErrorIs(t, err, mapper.ErrStopped)
	_, err = f.Collect(t.Context(), ints(3), mapper.RunOptions{})
	require.ErrorIs(t, err, mapper.ErrStopped)
	_, err = f.Start(t.Context(), nil, mapper.RunOptions{})
	require.ErrorIs(t, err, mapper.ErrStopped)
	require.ErrorIs(t, f.Redeploy(t.Context(), lasting(time.Second)), mapper.ErrStopped)
	refusals := 0
	for r := range f.Map(t.Context(), ints(3), mapper.RunOptions{}) {
		require.Equal(t, -1, r.Index)
		require.ErrorIs(t, r.Err, mapper.ErrStopped)
		refusals++
	}
	require.Equal(t, 1, refusals)
}

// A Stop whose context ends cancels what executes, calls and runs alike. Whoever heeds that
// makes nobody wait.
func TestStopInAHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		causes := make(chan error, 2)
		f := deploy(t, mapper.Plain(func(ctx context.Context, n int) (int, error) {
			<-ctx.Done()
			causes <- context.Cause(ctx)
			return 0, ctx.Err()
		}), mapper.Options{Containers: 2})
		call, err := f.Spawn(context.Background(), 1)
		require.NoError(t, err)
		run, err := f.Start(context.Background(), func(yield func(int) bool) { yield(1) }, mapper.RunOptions{ReturnExceptions: true})
		require.NoError(t, err)
		synctest.Wait()
		began := time.Now()
		require.Equal(t, errHurry, f.Stop(hurried(t)))
		require.Equal(t, time.Duration(0), time.Since(began))
		_, err = call.Poll()
		require.Equal(t, mapper.ErrStopped, err)
		for r := range run.All() {
			require.Equal(t, mapper.ErrStopped, r.Err)
		}
		require.Equal(t, mapper.ErrStopped, run.Wait())
		require.Equal(t, mapper.ErrStopped, <-causes)
		require.Equal(t, mapper.ErrStopped, <-causes)
		require.Zero(t, f.Stats().Pool.Abandoned)
	})
}

// What ignores its context costs a Stop Grace, and no more.
func TestStopLeavesTheDeafBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(time.Minute), mapper.Options{Containers: 4, Grace: 3 * time.Second})
		calls, err := f.SpawnAll(t.Context(), ints(10))
		require.NoError(t, err)
		synctest.Wait()
		began := time.Now()
		require.Equal(t, errHurry, f.Stop(hurried(t)))
		require.LessOrEqual(t, time.Since(began), 4*time.Second)
		for _, c := range calls {
			_, err := c.Poll()
			require.Equal(t, mapper.ErrStopped, err)
		}
		require.Equal(t, 4, f.Stats().Pool.Abandoned)
		time.Sleep(time.Minute)
		require.Zero(t, f.Stats().Pool.Lingering)
	})
}

func TestStopTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(time.Hour), mapper.Options{Containers: 1})
		call, err := f.Spawn(t.Context(), 1)
		require.NoError(t, err)
		patient := make(chan error, 2)
		for range 2 {
			go func() { patient <- f.Stop(t.Context()) }()
		}
		time.Sleep(time.Minute)
		require.Equal(t, errHurry, f.Stop(hurried(t)))
		require.NoError(t, <-patient)
		require.NoError(t, <-patient)
		_, err = call.Poll()
		require.Equal(t, mapper.ErrStopped, err)
		require.NoError(t, f.Stop(t.Context()))
		time.Sleep(time.Hour) // the attempt that nobody waits for
	})
}

// A crash loop is no reason to fail what was accepted, nor to hang once there is a hurry.
func TestStopInACrashLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("down")
		f := deploy(t, mapper.WithState(
			func(context.Context) (int, error) { return 0, down },
			func(_ context.Context, _, n int) (int, error) { return n, nil }, nil), mapper.Options{Containers: 2})
		calls, err := f.SpawnAll(t.Context(), ints(5))
		require.NoError(t, err)
		run := make(chan error)
		go func() {
			_, err := f.Collect(t.Context(), ints(5), mapper.RunOptions{})
			run <- err
		}()
		time.Sleep(time.Minute)
		require.True(t, f.Stats().Pool.CrashLooping)
		require.ErrorIs(t, f.Stats().Pool.Last, down)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, f.Stop(ctx), context.DeadlineExceeded)
		for _, c := range calls {
			_, err := c.Poll()
			require.Equal(t, mapper.ErrStopped, err)
		}
		require.Equal(t, mapper.ErrStopped, <-run)
	})
}

func TestEndOfTheContextOfDeploy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		f, err := mapper.Deploy(ctx, mapper.Plain(func(ctx context.Context, n int) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}), mapper.Options{Containers: 2})
		require.NoError(t, err)
		calls, err := f.SpawnAll(t.Context(), ints(5))
		require.NoError(t, err)
		results := f.Map(t.Context(), ints(5), mapper.RunOptions{ReturnExceptions: true})
		synctest.Wait()
		cancel(errHurry)
		<-f.Done()
		for _, c := range calls {
			_, err := c.Poll()
			require.ErrorIs(t, err, errHurry)
		}
		n := 0
		for r := range results {
			require.Equal(t, n, r.Index)
			require.ErrorIs(t, r.Err, errHurry)
			n++
		}
		require.Equal(t, 5, n)
		requireRefusal(t, f)
		require.ErrorIs(t, f.Stop(t.Context()), errHurry)
	})
}

func TestQueueFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(time.Second), mapper.Options{Containers: 1, Outstanding: 3})
		calls, err := f.SpawnAll(t.Context(), ints(5))
		var full *mapper.QueueFullError
		require.ErrorAs(t, err, &full)
		require.ErrorIs(t, err, mapper.ErrQueueFull)
		require.Equal(t, 3, full.Outstanding)
		require.Len(t, calls, 3)
		calls[2].Cancel() // one that waits makes room at once
		_, err = f.Call(t.Context(), 4)
		require.NoError(t, err)
		_, err = mapper.Gather(t.Context(), calls[:2]...)
		require.NoError(t, err)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// Stop reports the first exit that has failed, to everybody who waits.
func TestStopReportsExit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("bad exit")
		f := deploy(t, mapper.WithState(
			func(context.Context) (int, error) { return 0, nil },
			func(_ context.Context, _, n int) (int, error) { return n, nil },
			func(context.Context, int) error { return bad }), mapper.Options{Containers: 1})
		_, err := f.Call(t.Context(), 1)
		require.NoError(t, err)
		var all sync.WaitGroup
		errs := make([]error, 3)
		for i := range errs {
			all.Go(func() { errs[i] = f.Stop(t.Context()) })
		}
		all.Wait()
		for _, err := range errs {
			var exit *mapper.ExitError
			require.ErrorAs(t, err, &exit)
			require.ErrorIs(t, err, bad)
		}
	})
}
