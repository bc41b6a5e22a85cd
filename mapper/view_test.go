package mapper_test

import (
	"context"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// lookout is a Watcher that keeps what it is shown and told.
type lookout struct {
	mu     sync.Mutex
	views  []mapper.View
	events []supervisor.Event
}

func (l *lookout) Wants(supervisor.Kind) bool { return true }

func (l *lookout) Watch(v mapper.View) {
	v.Pool() // may be asked at once, though there is nothing to see yet
	v.Counts()
	v.Containers()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.views = append(l.views, v)
}

func (l *lookout) Observe(ev supervisor.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, ev)
}

func (l *lookout) of(kind supervisor.Kind) (all []supervisor.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ev := range l.events {
		if ev.Kind == kind {
			all = append(all, ev)
		}
	}
	return all
}

// TestViewOfARun: the inputs by state, what each container executes, and the end.
func TestViewOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		ctx := t.Context()
		run, err := mapper.Start(ctx, func(ctx context.Context, i int) (int, error) {
			if i == 2 {
				return 0, errCrash
			}
			return i, during(ctx, time.Second)
		}, slices.Values(ints(6)), mapper.Options{
			Name: "work", Containers: 2, ReturnExceptions: true, Observer: &l,
			Retries: policy.Retries{MaxRetries: 1, InitialDelay: 10 * time.Second, MaxDelay: 10 * time.Second},
		})
		require.NoError(t, err)
		var results []mapper.Result[int, int]
		go func() { results = slices.Collect(run.All()) }()
		time.Sleep(1500 * time.Millisecond)
		v := l.views[0]
		require.Equal(t, ctx, v.Context())
		about := v.About()
		require.Equal(t, []any{"work", false, uint64(0), 2}, []any{about.Name, about.Function, about.Parent, about.Options.Containers})
		c := v.Counts()
		require.Equal(t, []int{6, 1, 2, 1, 2, 0, 0}, []int{c.Inputs, c.Pending, c.Running, c.Retrying, c.Succeeded, c.Failed, c.Cancelled})
		busy := v.Containers()
		require.Len(t, busy, 2)
		slices.SortFunc(busy, func(a, b mapper.ContainerView) int { return a.Input - b.Input })
		for i, b := range busy {
			require.Equal(t, []any{3 + i, 1, 1, 500 * time.Millisecond, about.ID}, []any{b.Input, b.Attempt, b.Inputs, b.Since, b.Run})
		}
		require.NoError(t, v.Err())
		<-v.Done()
		synctest.Wait()
		require.Len(t, results, 6)
		c = v.Counts()
		require.Equal(t, []int{6, 0, 0, 0, 5, 1, 0}, []int{c.Inputs, c.Pending, c.Running, c.Retrying, c.Succeeded, c.Failed, c.Cancelled})
		attempts := 0
		for _, ev := range l.of(supervisor.AttemptsEnded) {
			require.Equal(t, about.ID, ev.Run)
			attempts += ev.Count
			if ev.Input == 2 {
				require.Equal(t, []any{1, errCrash}, []any{ev.Failed, ev.Err})
			} else {
				require.Equal(t, []any{time.Second, nil}, []any{ev.Took, ev.Err})
			}
		}
		require.Equal(t, 7, attempts)
		require.Equal(t, 2, l.of(supervisor.InputFailed)[0].Value)
	})
}

// TestViewOfAFunction: its calls and its runs, each seen by itself, and what can be done to them from outside.
func TestViewOfAFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		f := deploy(t, mapper.Plain(func(ctx context.Context, i int) (int, error) {
			return i, during(ctx, time.Second)
		}), mapper.Options{Name: "work", Containers: 2, Observer: &l})
		run, err := f.Start(t.Context(), slices.Values(ints(4)), mapper.RunOptions{})
		require.NoError(t, err)
		go func() {
			for range run.All() {
			}
		}()
		require.Len(t, l.views, 2)
		fn, of := l.views[0], l.views[1]
		require.True(t, fn.About().Function)
		require.Equal(t, fn.About().ID, of.About().Parent)
		calls, err := f.SpawnAll(t.Context(), ints(5))
		require.NoError(t, err)
		calls[4].Cancel()
		require.NoError(t, fn.Spawn(t.Context(), 7))
		require.Error(t, fn.Spawn(t.Context(), "seven"))
		require.ErrorIs(t, of.Spawn(t.Context(), 7), mapper.ErrStopped)
		time.Sleep(500 * time.Millisecond)
		c := fn.Counts()
		require.Equal(t, []int{-1, 1, 1, 5}, []int{c.Inputs, c.Runs, c.Cancelled, c.Pending + c.Running})
		require.Equal(t, 2, c.Running+of.Counts().Running)
		require.True(t, fn.Drain(0))
		fn.Reset()
		require.NoError(t, fn.Stop(t.Context()))
		<-of.Done()
		<-fn.Done()
		c = fn.Counts()
		require.Equal(t, []int{0, 5, 0, 1}, []int{c.Pending + c.Running, c.Succeeded, c.Failed, c.Cancelled})
		require.Equal(t, 4, of.Counts().Succeeded)
		require.NoError(t, fn.Err())
		synctest.Wait()
		require.Len(t, l.of(supervisor.FunctionStopped), 1)
		require.Len(t, l.of(supervisor.RunEnded), 1)
		require.Equal(t, of.About().ID, l.of(supervisor.RunEnded)[0].Run)
	})
}

// TestViewOfACancelledRun: what the end has left unfinished is cancelled, and not failed.
func TestViewOfACancelledRun(t *testing.T) {
	for _, all := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var l lookout
			ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
			defer cancel()
			_, err := mapper.Collect(ctx, func(ctx context.Context, i int) (int, error) {
				return i, during(ctx, time.Second)
			}, ints(10), mapper.Options{Containers: 2, ReturnExceptions: all, Observer: supervisor.Observers{nil, supervisor.Observers{&l}}})
			require.Error(t, err)
			c := l.views[0].Counts()
			require.Equal(t, []int{10, 0, 0, 0, 2, 0, 8}, []int{c.Inputs, c.Pending, c.Running, c.Retrying, c.Succeeded, c.Failed, c.Cancelled})
			require.ErrorIs(t, l.views[0].Err(), context.DeadlineExceeded)
			require.Empty(t, l.of(supervisor.InputFailed))
		})
	}
}

// TestViewOfAStream: observers are shown the inputs of the caller, and not what a stream makes of them.
func TestViewOfAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		failing := func(context.Context, int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) { yield(0, errCrash) }
		}
		for range mapper.Stream(t.Context(), failing, slices.Values([]int{42}), mapper.Options{Observer: &l, ReturnExceptions: true}) {
		}
		require.Equal(t, 42, l.of(supervisor.InputFailed)[0].Value)
	})
}
