package mapper_test

import (
	"context"
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

// TestViewOfWithdrawnCalls: a call that is withdrawn is at no time counted as failed.
func TestViewOfWithdrawnCalls(t *testing.T) {
	var l lookout
	f := deploy(t, mapper.Plain(func(ctx context.Context, i int) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}), mapper.Options{Containers: 1, Observer: &l})
	defer f.Stop(context.Background())
	v := l.views[0]
	over := make(chan struct{})
	var wg sync.WaitGroup
	worst, mono, last := 0, 0, 0
	wg.Go(func() {
		for {
			c := v.Counts()
			worst = max(worst, c.Failed)
			mono = min(mono, c.Failed-last)
			last = c.Failed
			select {
			case <-over:
				return
			default:
			}
		}
	})
	for range 2000 {
		c, err := f.Spawn(t.Context(), 1)
		if err != nil {
			continue
		}
		c.Cancel()
	}
	close(over)
	wg.Wait()
	require.Equal(t, []int{0, 0}, []int{worst, mono})
}

// TestViewAfterTheEnd: what the end has left is counted the same before its results are read and after.
func TestViewAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			return i, during(ctx, time.Second)
		}, slices.Values(ints(50)), mapper.Options{Containers: 2, ReturnExceptions: true, Observer: &l})
		require.NoError(t, err)
		time.Sleep(1500 * time.Millisecond)
		run.Stop()
		<-l.views[0].Done()
		before := l.views[0].Counts()
		for range run.All() {
		}
		after := l.views[0].Counts()
		before.Waiting, after.Waiting = 0, 0 // results to read
		require.Equal(t, before, after)
	})
}

// TestAttemptsBeforeACrash: attempts that have ended are told of, though a later one of their chunk crashes.
func TestAttemptsBeforeACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		_, err := mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
			a, _ := mapper.AttemptFrom(ctx)
			switch {
			case i == 6 && a.Attempt == 1:
				panic("x")
			case i%2 == 1 && a.Attempt == 1:
				return 0, errCrash
			}
			return i, nil
		}, ints(10), mapper.Options{Containers: 1, Observer: &l, ReturnExceptions: true, Retries: policy.FixedRetries(1)})
		require.NoError(t, err)
		synctest.Wait()
		n, failed := 0, 0
		for _, ev := range l.of(supervisor.AttemptsEnded) {
			n += ev.Count
			failed += ev.Failed
		}
		require.Equal(t, []int{15, 5}, []int{n, failed})
	})
}

// TestAttemptsOfABatch: each input of a batch that failed is a failed attempt, also where the batch is split.
func TestAttemptsOfABatch(t *testing.T) {
	for whole, attempts := range map[bool]int{true: 8, false: 8 * 3} {
		synctest.Test(t, func(t *testing.T) {
			var l lookout
			_, err := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
				return nil, errCrash
			}, mapper.Batch{Size: 4, Whole: whole}).Collect(t.Context(), ints(8), mapper.Options{Containers: 1, Observer: &l, ReturnExceptions: true})
			require.Error(t, err)
			synctest.Wait()
			n, failed := 0, 0
			for _, ev := range l.of(supervisor.AttemptsEnded) {
				n += ev.Count
				failed += ev.Failed
			}
			require.Equal(t, []int{attempts, attempts}, []int{n, failed})
		})
	}
}

// TestNextStartIsToCome: the next start in a crash loop is never one that is over.
func TestNextStartIsToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.WithState(func(context.Context) (int, error) { return 0, errCrash },
			func(_ context.Context, _ int, i int) (int, error) { return i, nil }, nil), mapper.Options{Containers: 1})
		_, err := f.Spawn(t.Context(), 1)
		require.NoError(t, err)
		seen := 0
		for range 600 {
			time.Sleep(time.Second)
			p := f.Stats().Pool
			if !p.NextStart.IsZero() {
				seen++
				require.False(t, p.NextStart.Before(time.Now()), "%v %v %+v", time.Now(), p.NextStart, p.Containers)
			}
		}
		require.Greater(t, seen, 300)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		f.Stop(ctx)
	})
}

// TestViewOfASlowInput: what has succeeded counts as that, though a slow input of the same chunk keeps it from being
// published.
func TestViewOfASlowInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Second)
			synctest.Wait()
			c := l.views[0].Counts()
			require.Equal(t, []int{50_000, 1, 49_999}, []int{c.Succeeded, c.Running, c.Pending})
			cancel()
		}()
		err := mapper.Each(ctx, func(ctx context.Context, i int) error {
			if i == 50_000 {
				return during(ctx, time.Hour)
			}
			return nil
		}, ints(100_000), mapper.Options{Containers: 1, Observer: &l})
		require.ErrorIs(t, err, context.Canceled)
	})
}

// TestEventsOfWithdrawnCalls: a call that its caller withdraws is told of as that, wherever it was, and not as failed.
func TestEventsOfWithdrawnCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		f := deploy(t, mapper.Plain(func(ctx context.Context, i int) (int, error) {
			return i, during(ctx, time.Minute)
		}), mapper.Options{Containers: 1, Observer: &l})
		calls, err := f.SpawnAll(t.Context(), ints(3))
		require.NoError(t, err)
		time.Sleep(time.Second)
		calls[0].Cancel() // executes
		calls[2].Cancel() // waits
		time.Sleep(2 * time.Minute)
		require.NoError(t, f.Stop(t.Context()))
		require.Empty(t, l.of(supervisor.InputFailed))
		var told []int
		for _, ev := range l.of(supervisor.InputCancelled) {
			require.ErrorIs(t, ev.Err, mapper.ErrCancelled)
			told = append(told, ev.Value.(int))
		}
		require.ElementsMatch(t, []int{0, 2}, told)
	})
}

// TestAttemptsOfNoOps: claims of no-ops are told of together, and failures with the claim that they are in.
func TestAttemptsOfNoOps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, bad = 40_000, 30_000
		var l lookout
		_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
			if i == bad {
				return 0, errCrash
			}
			return i, nil
		}, ints(n), mapper.Options{Containers: 1, Observer: &l, ReturnExceptions: true})
		require.Error(t, err)
		ended := l.of(supervisor.AttemptsEnded)
		require.Less(t, len(ended), n/1024, "fewer than claims")
		attempts := 0
		for _, ev := range ended {
			attempts += ev.Count
			mine := bad >= ev.Input && bad < ev.Input+ev.Count
			require.Equal(t, mine, ev.Failed == 1 && ev.Err == errCrash, "%d from %d", ev.Count, ev.Input)
			require.Equal(t, mine, ev.Failed > 0 || ev.Err != nil, "%d from %d", ev.Count, ev.Input)
		}
		require.Equal(t, n, attempts)
	})
}
