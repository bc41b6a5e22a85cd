package history_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestIncidents: a crash loop leaves its trace when it is over: when, why, on which input, how many crashes,
// starts and refused calls.
func TestIncidents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{Describe: describe})
		var healed atomic.Bool
		f := deploy(t, func(ctx context.Context, i int) (int, error) {
			if err := during(ctx, time.Second); err != nil {
				return 0, err
			}
			if !healed.Load() {
				panic("no rates")
			}
			return i, nil
		}, mapper.Options{Name: "price", Containers: 2, CrashLimit: 1000, Outstanding: 3, Observer: b, Crashes: policy.Deployed{ColdInputs: 1}})
		began := time.Now()
		_, err := f.Spawn(t.Context(), 40)
		require.NoError(t, err)
		time.Sleep(1500 * time.Millisecond)
		for range 5 {
			_, _ = f.Spawn(t.Context(), 41)
		}
		time.Sleep(3 * time.Minute)
		run := only(t, b)
		require.Len(t, run.Incidents, 1)
		one := run.Incidents[0]
		require.Equal(t, []any{history.CrashLoop, began.Add(time.Second), true}, []any{one.Kind, one.Began, one.Ended.IsZero()})
		require.Equal(t, "panic: no rates", one.Reason)
		require.Equal(t, []any{run.ID, run.Causes[0].Key}, []any{one.Run, one.Cause})
		require.Contains(t, []string{"order 40", "order 41"}, one.Described)
		require.Equal(t, []int{run.Pool.Crashes, 3}, []int{one.Crashes, one.Refused}, readable(one))
		require.Positive(t, one.Starts)
		require.Same(t, &run.Incidents[0], run.Recent(time.Now()))
		require.Equal(t, 3, run.Counts.Refused)

		healed.Store(true)
		for only(t, b).Loop != nil {
			time.Sleep(time.Second)
		}
		synctest.Wait()
		run = only(t, b)
		require.False(t, run.Incidents[0].Ended.IsZero())
		require.Equal(t, run.Incidents[0].Ended, run.Recovered)
		require.NotNil(t, run.Recent(time.Now()))
		require.Nil(t, run.Recent(time.Now().Add(time.Hour)))
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestRelapse: a crash loop that comes back soon is one incident, and one that comes back late another.
func TestRelapse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		v := newView(1)
		b.Watch(v)
		loop := func(kind supervisor.Kind, after time.Duration) {
			time.Sleep(after)
			if kind == supervisor.CrashLoopOpened {
				b.Observe(event(1, supervisor.ContainerStarted, -1, nil))
				b.Observe(event(1, supervisor.ContainerCrashed, -1, errTest))
			}
			b.Observe(event(1, kind, -1, nil))
		}
		began := time.Now()
		for range 3 {
			loop(supervisor.CrashLoopOpened, time.Second)
			loop(supervisor.CrashLoopClosed, time.Second)
		}
		require.Len(t, get(t, b, 1).Incidents, 1)
		one := get(t, b, 1).Incidents[0]
		require.Equal(t, []any{began.Add(time.Second), began.Add(6 * time.Second)}, []any{one.Began, one.Ended})
		require.Equal(t, []int{3, 2}, []int{one.Crashes, one.Starts}, "with the starts in between, and not the one before it")
		loop(supervisor.CrashLoopOpened, time.Minute)
		require.Len(t, get(t, b, 1).Incidents, 2)
		close(v.done)
		b.Close()
	})
}

// TestCutoffIsAnIncident: of a moment.
func TestCutoffIsAnIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		_, _ = mapper.Collect(t.Context(), func(context.Context, int) (int, error) { panic("no") }, ints(200),
			mapper.Options{Observer: b, Containers: 2, ReturnExceptions: true})
		run := only(t, b)
		require.Len(t, run.Incidents, 1)
		one := run.Incidents[0]
		require.Equal(t, []any{history.Cutoff, one.Began, "panic: no", run.ID}, []any{one.Kind, one.Ended, one.Reason, one.Run})
		require.Equal(t, run.Pool.Crashes, one.Crashes)
		require.Nil(t, run.Recent(time.Now()), "nothing has recovered")
	})
}

// TestRunInALoop: a run on a function has containers and crashes of its own, and waits while the function is
// crash-looping. A run that has ended has no part in what comes after it.
func TestRunInALoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		f := deploy(t, func(ctx context.Context, i int) (int, error) {
			if i >= 100 {
				panic("over a hundred")
			}
			return i, during(ctx, time.Second)
		}, mapper.Options{Name: "price", Containers: 4, CrashLimit: 1000, Observer: b, Crashes: policy.Deployed{ColdInputs: 1}})
		_, err := f.Collect(t.Context(), ints(8), mapper.RunOptions{})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		var done atomic.Bool
		go func() {
			_, _ = f.Collect(ctx, []int{100, 101}, mapper.RunOptions{})
			done.Store(true)
		}()
		time.Sleep(10 * time.Second)
		runs := b.Overview(history.RunFilter{}).Runs
		fn, waits, ended := get(t, b, runs[0].ID), get(t, b, runs[1].ID), get(t, b, runs[2].ID)
		require.Equal(t, []history.Status{history.CrashLooping, history.Waiting, history.Status(supervisor.Completed)},
			[]history.Status{fn.Status, waits.Status, ended.Status})
		require.Equal(t, 1, b.Overview(history.RunFilter{Status: history.Waiting}).Total)
		require.Positive(t, waits.OwnCrashes)
		require.Equal(t, []int{0, 0, 0}, []int{ended.OwnCrashes, ended.OwnContainers, len(ended.Incidents)})
		require.Equal(t, fn.Pool.Crashes, fn.OwnCrashes)
		require.Equal(t, fn.Start, waits.Start)
		require.Empty(t, containers(t, b, waits.ID, history.ContainerFilter{Own: true}).Items)
		cancel()
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		require.True(t, done.Load())
	})
}

// TestCausesByWhatTheyCost: what has lost inputs comes before what was only retried, however often.
func TestCausesByWhatTheyCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		_, _ = mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
			a, _ := mapper.AttemptFrom(ctx)
			switch {
			case i == 5:
				return 0, policy.Permanent(errTest)
			case a.Attempt == 1:
				return 0, context.DeadlineExceeded
			}
			return i, nil
		}, ints(20), mapper.Options{Observer: b, ReturnExceptions: true, Retries: policy.FixedRetries(1)})
		run := only(t, b)
		require.Len(t, run.Causes, 2)
		require.Equal(t, []int{1, 1, 19, 0}, []int{run.Causes[0].Count, run.Causes[0].Failed, run.Causes[1].Count, run.Causes[1].Failed})
	})
}
