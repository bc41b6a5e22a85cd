package history_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// mixed succeeds, fails at first, fails for good, panics at first, panics always or takes too
// long, by the input.
func mixed(ctx context.Context, i int) (int, error) {
	if err := during(ctx, time.Second); err != nil {
		return 0, err
	}
	a, _ := mapper.AttemptFrom(ctx)
	switch {
	case i == 3 && a.Attempt == 1:
		return 0, fmt.Errorf("order %d: %w", i, errTest)
	case i == 4:
		return 0, policy.Permanent(fmt.Errorf("order %d: %w", i, errTest))
	case i == 5 && a.Attempt == 1, i == 6:
		panic(fmt.Sprintf("no rates for order %d", i))
	case i == 7:
		return 0, during(ctx, time.Hour)
	}
	return i, nil
}

var mixedOptions = mapper.Options{
	Name: "price", Containers: 2, ReturnExceptions: true, Timeout: 3 * time.Second,
	Retries: policy.Retries{MaxRetries: 1, InitialDelay: 30 * time.Second, MaxDelay: 30 * time.Second},
}

// TestRun: a run with failures, retries, panics and timeouts, while it lives and after its end.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{Describe: describe})
		opts := mixedOptions
		opts.Observer = b
		begun := time.Now()
		results := mapper.Map(t.Context(), mixed, ints(40), opts)
		go func() {
			for range results {
			}
		}()
		time.Sleep(20500 * time.Millisecond)
		run := only(t, b)
		require.Equal(t, history.Running, run.Status)
		require.Equal(t, []int{40, 2, 2}, []int{run.Counts.Inputs, run.Counts.Running, run.Counts.Retrying})
		require.True(t, run.Started.Equal(begun) && run.Ended.IsZero())
		require.Len(t, run.Series, 20)
		require.Positive(t, run.Rate)
		require.Positive(t, run.ETA)
		require.Equal(t, map[string]int{"running": 2}, run.Pool.ByState)
		busy := inputs(t, b, run.ID, history.InputFilter{State: "running", Container: -1})
		require.Equal(t, 2, busy.Total)
		require.NotEmpty(t, busy.Items[0].Described)
		require.ElementsMatch(t, []int{3, 7}, indexes(inputs(t, b, run.ID, history.InputFilter{State: "retrying", Container: -1})))
		waits := input(t, b, run.ID, 3)
		require.Equal(t, []any{"retrying", 1, "order 3"}, []any{waits.State, waits.Attempts, waits.Described})
		require.Equal(t, 30*time.Second, waits.Next.Sub(waits.Time))
		version := b.Version(run.ID)

		view, ok := b.View(run.ID)
		require.True(t, ok)
		<-view.Done()
		synctest.Wait()
		require.Greater(t, b.Version(run.ID), version)
		_, ok = b.View(run.ID)
		require.False(t, ok, "nothing is kept that holds the inputs")
		requireEnded(t, b, only(t, b))
	})
}

func requireEnded(t *testing.T, b *history.Book, run history.Run) {
	t.Helper()
	require.Equal(t, []any{history.Status(supervisor.WithFailures), 37, 3, 2, 3, 2}, []any{
		run.Status, run.Counts.Succeeded, run.Counts.Failed, run.Counts.Retries, run.Counts.Reruns, run.Counts.TimedOut,
	})
	require.Nil(t, run.Error)
	require.Zero(t, run.ETA)
	require.Zero(t, run.Lost)
	require.EqualValues(t, []any{int64(41), 3 * time.Second, 7}, []any{run.Latency.Attempts, run.Latency.Max, run.Latency.Slowest})
	require.InDelta(t, float64(time.Second), float64(run.Latency.P50), float64(20*time.Millisecond))

	require.Len(t, run.Causes, 3)
	crash, failure, late := run.Causes[0], run.Causes[1], run.Causes[2]
	require.Equal(t, []any{true, 4, 1, []int{6, 5}, "panic: no rates for order #"}, []any{crash.Crash, crash.Count, crash.Failed, crash.Samples, crash.Title})
	require.NotEmpty(t, crash.Error.Crash.Stack)
	require.Equal(t, []any{false, 2, 1}, []any{failure.Crash, failure.Count, failure.Failed})
	require.Equal(t, []any{false, 2, 1, []int{7}}, []any{late.Crash, late.Count, late.Failed, late.Samples})
	require.Len(t, run.Crashes, 4)
	require.Equal(t, []any{6, "order 6", run.ID, crash.Key}, []any{run.Crashes[0].Input, run.Crashes[0].Described, run.Crashes[0].Run, run.Crashes[0].Cause})

	for index, want := range map[int]struct {
		state    string
		outcomes []string
	}{
		0: {"succeeded", []string{"succeeded"}},
		3: {"succeeded", []string{"retrying", "succeeded"}},
		4: {"failed", []string{"failed"}},
		5: {"succeeded", []string{"crashed", "succeeded"}},
		6: {"failed", []string{"crashed", "crashed", "crashed"}},
		7: {"failed", []string{"timeout", "timeout"}},
	} {
		s := input(t, b, run.ID, index)
		require.Equal(t, want.state, s.State, "input %d", index)
		require.Equal(t, want.outcomes, outcomes(s), "input %d", index)
		require.Equal(t, fmt.Sprint("order ", index), s.Described)
		require.Equal(t, len(want.outcomes), s.Attempts)
		for _, a := range s.Story {
			require.GreaterOrEqual(t, a.Container, 0, readable(s))
		}
		require.Equal(t, index == 5 || index == 6, s.Crash != nil, "input %d", index)
	}
	all := inputs(t, b, run.ID, history.InputFilter{Container: -1})
	require.Equal(t, 40, all.Total)
	require.False(t, all.Capped)
	require.ElementsMatch(t, ints(40), indexes(all))
	require.Equal(t, []int{7, 6, 4}, indexes(inputs(t, b, run.ID, history.InputFilter{State: "failed", Container: -1})))
	require.Equal(t, []int{6, 5}, indexes(inputs(t, b, run.ID, history.InputFilter{Cause: crash.Key, Container: -1})))
	require.Equal(t, []int{7}, indexes(inputs(t, b, run.ID, history.InputFilter{Text: "TIMED OUT", Container: -1})))
	require.ElementsMatch(t, []int{3, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30}, indexes(inputs(t, b, run.ID, history.InputFilter{Text: "order 3", Container: -1})))
	page := inputs(t, b, run.ID, history.InputFilter{Container: -1, Offset: 2, Limit: 1})
	require.Equal(t, []any{40, 2, []int{4}}, []any{page.Total, page.Offset, indexes(page)})
	require.Empty(t, inputs(t, b, run.ID, history.InputFilter{Container: -1, Offset: 40}).Items)
	_, known := b.Input(run.ID, 40)
	require.False(t, known)

	ended := containers(t, b, run.ID, history.ContainerFilter{Ended: true})
	require.Equal(t, 6, ended.Total)
	require.Empty(t, containers(t, b, run.ID, history.ContainerFilter{}).Items)
	crashed := containers(t, b, run.ID, history.ContainerFilter{Ended: true, State: "crashed"})
	require.Equal(t, 4, crashed.Total)
	story, ok := b.Container(run.ID, crashed.Items[0].ID)
	require.True(t, ok)
	require.NotEmpty(t, story.Crashes)
	require.NotEmpty(t, story.States)
	require.Equal(t, story.Crashes[0].Container, story.LastCrash.Container)
	finished := int64(0)
	for _, c := range ended.Items {
		finished += c.Finished
	}
	require.EqualValues(t, 41, finished)
}

// TestEnds: how a run ended, in a word.
func TestEnds(t *testing.T) {
	for name, c := range map[string]struct {
		want history.Status
		err  bool
		run  func(ctx context.Context, opts mapper.Options)
	}{
		"in order": {want: history.Status(supervisor.Completed), run: func(ctx context.Context, opts mapper.Options) {
			_, _ = mapper.Collect(ctx, func(context.Context, int) (int, error) { return 0, nil }, ints(3), opts)
		}},
		"empty": {want: history.Status(supervisor.Completed), run: func(ctx context.Context, opts mapper.Options) {
			run, _ := mapper.Start(ctx, func(context.Context, int) (int, error) { return 0, nil }, func(func(int) bool) {}, opts)
			for range run.All() {
			}
		}},
		"first failure": {want: history.Status(supervisor.FailedAtInput), err: true, run: func(ctx context.Context, opts mapper.Options) {
			_, _ = mapper.Collect(ctx, func(context.Context, int) (int, error) { return 0, errTest }, ints(3), opts)
		}},
		"a failure that says it is a cancellation": {want: history.Status(supervisor.FailedAtInput), err: true, run: func(ctx context.Context, opts mapper.Options) {
			_, _ = mapper.Collect(ctx, func(context.Context, int) (int, error) { return 0, context.Canceled }, ints(3), opts)
		}},
		"cutoff": {want: history.Status(supervisor.CutOff), err: true, run: func(ctx context.Context, opts mapper.Options) {
			opts.ReturnExceptions = true
			_, _ = mapper.Collect(ctx, func(context.Context, int) (int, error) { panic("no") }, ints(200), opts)
		}},
		"bad iterator": {want: history.Status(supervisor.SourceFailed), err: true, run: func(ctx context.Context, opts mapper.Options) {
			run, _ := mapper.Start(ctx, func(context.Context, int) (int, error) { return 0, nil }, func(func(int) bool) { panic("no") }, opts)
			for range run.All() {
			}
		}},
		"cancelled": {want: history.Status(supervisor.Cancelled), err: true, run: func(ctx context.Context, opts mapper.Options) {
			ctx, cancel := context.WithTimeoutCause(ctx, time.Second, errors.New("closing time"))
			defer cancel()
			_, _ = mapper.Collect(ctx, func(ctx context.Context, _ int) (int, error) { return 0, during(ctx, time.Hour) }, ints(3), opts)
		}},
		"left": {want: history.Status(supervisor.WasStopped), err: true, run: func(ctx context.Context, opts mapper.Options) {
			run, _ := mapper.Start(ctx, func(ctx context.Context, _ int) (int, error) { return 0, during(ctx, time.Second) }, func(yield func(int) bool) {
				for yield(0) {
				}
			}, opts)
			for range run.All() {
				break
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := history.New(history.Options{})
				c.run(t.Context(), mapper.Options{Observer: b, Containers: 2})
				run := only(t, b)
				require.Equal(t, c.want, run.Status)
				require.Equal(t, c.err, run.Error != nil)
				require.False(t, run.Ended.IsZero())
				if run.Counts.Inputs >= 0 {
					require.Equal(t, run.Counts.Inputs, run.Counts.Succeeded+run.Counts.Failed+run.Counts.Cancelled)
				}
			})
		})
	}
}
