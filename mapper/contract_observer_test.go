package mapper_test

import (
	"context"
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

// TestContractObserver: the events of a run, and that they never delay it.
func TestContractObserver(t *testing.T) {
	work := func(ctx context.Context, i int) (int, error) {
		a, _ := mapper.AttemptFrom(ctx)
		switch {
		case i == 1 && a.Attempt == 1:
			return 0, &ownError{1}
		case i == 2 && a.Attempt == 1:
			panic(errCrash)
		case i == 3:
			return 0, policy.Permanent(errCrash)
		}
		return i, nil
	}
	opts := mapper.Options{Name: "work", Containers: 1, ReturnExceptions: true, Retries: policy.FixedRetries(3)}
	synctest.Test(t, func(t *testing.T) {
		var events tally[supervisor.Event]
		opts := opts
		opts.Observer = supervisor.ObserverFunc(func(ev supervisor.Event) { events.add(ev) })
		run, err := mapper.Start(t.Context(), work, slices.Values(ints(5)), opts)
		require.NoError(t, err)
		require.Len(t, slices.Collect(run.All()), 5)
		seen := events.all()
		require.Equal(t, supervisor.RunStarted, seen[0].Kind)
		require.Equal(t, supervisor.RunEnded, seen[len(seen)-1].Kind, "all events come before the end of the run")
		byKind := map[supervisor.Kind][]supervisor.Event{}
		for _, ev := range seen {
			require.Equal(t, "work", ev.Function)
			byKind[ev.Kind] = append(byKind[ev.Kind], ev)
		}
		retried := byKind[supervisor.InputRetried]
		require.Len(t, retried, 1)
		require.Equal(t, []any{1, 1, error(&ownError{1})}, []any{retried[0].Input, retried[0].Attempt, retried[0].Err})
		require.Equal(t, time.Second, retried[0].Next.Sub(retried[0].Time))
		require.Len(t, byKind[supervisor.InputRerun], 1)
		requireCrash(t, byKind[supervisor.InputRerun][0].Err, 2)
		require.Len(t, byKind[supervisor.InputFailed], 1)
		require.Equal(t, 3, byKind[supervisor.InputFailed][0].Input)
		require.Len(t, byKind[supervisor.ContainerCrashed], 1)
		require.Equal(t, 2, byKind[supervisor.ContainerCrashed][0].Input)
		require.Len(t, byKind[supervisor.ContainerStarted], 2)
		require.Zero(t, run.Stats().Dropped)
	})
	t.Run("stuck", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			release, open := barrier(t)
			opts := opts
			opts.Observer = supervisor.ObserverFunc(func(supervisor.Event) { <-release })
			opts.Grace = 3 * time.Second
			begin := time.Now()
			out, err := mapper.Collect(t.Context(), work, ints(5), opts)
			require.Error(t, err)
			require.Equal(t, []int{0, 1, 2, 0, 4}, out)
			require.LessOrEqual(t, time.Since(begin), 4*time.Second, "1 s of work, 3 s of grace for the observer")
			open()
		})
	})
	t.Run("panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			opts := opts
			opts.Observer = supervisor.ObserverFunc(func(supervisor.Event) { panic(errCrash) })
			out, err := mapper.Collect(t.Context(), work, ints(5), opts)
			require.Error(t, err)
			require.Equal(t, []int{0, 1, 2, 0, 4}, out)
		})
	})
}

// TestContractObserverOfCrashes: an event tells of the attempt that it is about, though its input may be in another
// container by the time it is told.
func TestContractObserverOfCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, limit = 400, 5
		var events tally[supervisor.Event]
		var begun [n]atomic.Int32
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			if a := begun[i].Add(1); a < limit {
				panic(&ownError{int(a)})
			}
			return i, nil
		}, slices.Values(ints(n)), mapper.Options{
			Containers: 16, CrashLimit: limit, Crashes: policy.Ephemeral{ColdDebt: 1 << 20, Debt: 1 << 20, ColdInputs: 1 << 20},
			Observer: supervisor.ObserverFunc(func(ev supervisor.Event) {
				if ev.Kind == supervisor.InputRerun {
					events.add(ev)
				}
			}),
		})
		require.NoError(t, err)
		for r := range run.All() {
			require.NoError(t, r.Err)
			require.Equal(t, limit, r.Attempts)
			time.Sleep(time.Millisecond) // for the observer's sake
		}
		require.NotEmpty(t, events.all())
		for _, ev := range events.all() {
			var own *ownError
			require.ErrorAs(t, ev.Err, &own)
			require.Equal(t, ev.Attempt, own.Attempt, "input %d", ev.Input)
		}
	})
}
