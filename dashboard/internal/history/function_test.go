package history_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// TestCrashLoop: a deployed function that crashes, from the first crash to the end of the loop.
func TestCrashLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{Describe: describe})
		var healed atomic.Bool
		f := deploy(t, func(ctx context.Context, i int) (int, error) {
			if err := during(ctx, 100*time.Millisecond); err != nil {
				return 0, err
			}
			if !healed.Load() {
				panic("no rates")
			}
			return i, nil
		}, mapper.Options{Name: "price", Containers: 4, Observer: b})
		begun := time.Now()
		_, err := f.SpawnAll(t.Context(), ints(40))
		require.NoError(t, err)
		time.Sleep(20 * time.Second)
		synctest.Wait()

		o := b.Overview(history.RunFilter{})
		require.Equal(t, []int{1, 1, 0, 1}, []int{o.Live, o.Looping, o.Ended, len(o.Runs)})
		require.Equal(t, history.CrashLooping, o.Runs[0].Status)
		require.Equal(t, 1, b.Overview(history.RunFilter{Status: history.Running}).Total, "it lives")
		run := only(t, b)
		require.True(t, run.Function)
		require.EqualValues(t, -1, run.ETA)
		require.NotNil(t, run.Loop)
		require.WithinRange(t, run.Loop.Since, begun, begun.Add(10*time.Second))
		crashes := 0
		for _, crash := range run.Crashes {
			if !crash.Time.Before(run.Loop.Since) {
				crashes++
			}
		}
		require.InDelta(t, crashes, run.Loop.Crashes, 3, "of those that began it at the same moment, one counts")
		require.Equal(t, run.Crashes[0], *run.Loop.Last)
		require.Equal(t, run.ID, run.Loop.Last.Run)
		require.Equal(t, fmt.Sprint("order ", run.Loop.Last.Input), run.Loop.Last.Described)
		require.Contains(t, run.Loop.Policy, "One container at a time is tried")
		require.True(t, run.Loop.OfInputs)
		require.GreaterOrEqual(t, run.Loop.Inputs, 32)
		require.Equal(t, fmt.Sprint(run.Loop.Inputs, " different inputs were tried since one last finished, and all of them crashed."), run.Loop.Rule)
		require.Equal(t, run.Loop.Inputs, run.Limits.Inputs)
		require.Contains(t, run.Limits.AtStreakLimit, "crash-looping")
		require.Len(t, run.Causes, 1)
		require.Equal(t, run.Pool.Crashes, run.Causes[0].Count)
		require.Contains(t, run.Causes[0].Samples, run.Loop.Last.Input)
		require.True(t, run.Loop.Next.After(time.Now()) || run.Pool.Live > 0)

		for _, c := range containers(t, b, run.ID, history.ContainerFilter{State: "crash_looping"}).Items {
			require.Equal(t, -1, c.ID)
			require.Positive(t, c.InARow)
			require.False(t, c.Next.IsZero())
			require.NotNil(t, c.LastCrash)
			story, ok := b.Container(run.ID, c.LastCrash.Container)
			require.True(t, ok)
			require.Equal(t, "crashed", story.State)
			require.Equal(t, c.Next, story.Next, "of its lineage")
			require.Equal(t, c.LastCrash.Time, story.States[0].Time)
			require.Equal(t, "panic: no rates", story.States[0].Note)
		}
		require.NotEmpty(t, containers(t, b, run.ID, history.ContainerFilter{State: "crash_looping"}).Items)

		version := b.Version(run.ID)
		healed.Store(true)
		time.Sleep(time.Minute)
		synctest.Wait()
		run = only(t, b)
		require.Equal(t, history.Running, run.Status)
		require.Nil(t, run.Loop)
		require.Equal(t, 40, run.Counts.Succeeded)
		require.Greater(t, b.Version(run.ID), version)
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		run = only(t, b)
		require.Equal(t, history.Status(supervisor.WasStopped), run.Status)
		require.Equal(t, 1, b.Overview(history.RunFilter{Status: history.Status(supervisor.WasStopped)}).Total)
	})
}

// TestRunsOnAFunction: each has inputs of its own, and the containers of the function.
func TestRunsOnAFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{Describe: describe})
		f := deploy(t, func(ctx context.Context, i int) (int, error) {
			if err := during(ctx, time.Second); err != nil {
				return 0, err
			}
			a, _ := mapper.AttemptFrom(ctx)
			switch {
			case i == 102 && a.Attempt == 1:
				panic("no rates")
			case i == 203:
				return 0, errTest
			}
			return i, nil
		}, mapper.Options{Name: "price", Containers: 2, Observer: b})
		var of []uint64
		for _, base := range []int{100, 200} {
			run, err := f.Start(t.Context(), slices.Values([]int{base, base + 1, base + 2, base + 3}), mapper.RunOptions{ReturnExceptions: true})
			require.NoError(t, err)
			of = append(of, b.Overview(history.RunFilter{}).Runs[1].ID)
			go func() {
				for range run.All() {
				}
			}()
		}
		call, err := f.Spawn(t.Context(), 300)
		require.NoError(t, err)
		time.Sleep(500 * time.Millisecond)
		fn := b.Overview(history.RunFilter{}).Runs[0]
		require.True(t, fn.Function)
		require.Equal(t, 2, fn.Counts.Runs)
		require.Equal(t, 2, b.Overview(history.RunFilter{Parent: fn.ID}).Total)
		require.Len(t, containers(t, b, of[0], history.ContainerFilter{}).Items, 2, "those of the function")
		for _, c := range containers(t, b, fn.ID, history.ContainerFilter{}).Items {
			require.Contains(t, []uint64{of[0], of[1], fn.ID}, c.Run)
			require.Empty(t, c.Described, "neither the value of a call nor that of an iterator is at hand")
		}
		_, err = call.Get(t.Context())
		require.NoError(t, err)
		for _, id := range of {
			view, ok := b.View(id)
			if ok {
				<-view.Done()
			}
		}
		synctest.Wait()

		first, second := get(t, b, of[0]), get(t, b, of[1])
		require.Equal(t, []any{history.Status(supervisor.Completed), fn.ID, 4}, []any{first.Status, first.Parent, first.Counts.Succeeded})
		require.Len(t, first.Crashes, 1)
		require.Equal(t, []any{2, "order 102", of[0]}, []any{first.Crashes[0].Input, first.Crashes[0].Described, first.Crashes[0].Run})
		require.Equal(t, []any{1, true}, []any{first.Causes[0].Count, first.Causes[0].Crash})
		require.Equal(t, []string{"crashed", "succeeded"}, outcomes(input(t, b, of[0], 2)))
		require.NotNil(t, input(t, b, of[0], 2).Crash)
		require.Equal(t, []any{history.Status(supervisor.WithFailures), 1, 0}, []any{second.Status, second.Counts.Failed, len(second.Crashes)})
		require.Equal(t, []int{3}, indexes(inputs(t, b, of[1], history.InputFilter{State: "failed", Container: -1})))
		require.EqualValues(t, []int64{4, 4}, []int64{first.Latency.Attempts, second.Latency.Attempts})
		fn = get(t, b, fn.ID)
		require.EqualValues(t, 9, fn.Latency.Attempts, "all that its containers did")
		require.Len(t, fn.Crashes, 1)
		require.Equal(t, of[0], fn.Crashes[0].Run)
		require.Empty(t, fn.Causes[0].Samples, "it was no call")
		require.Equal(t, []int{0}, indexes(inputs(t, b, fn.ID, history.InputFilter{Container: -1})))
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestRetry: failed calls are handed out once, and given back if they are not taken.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		f := deploy(t, func(_ context.Context, i int) (int, error) {
			if i < 2 {
				return 0, errTest
			}
			return 0, errors.New("another one")
		}, mapper.Options{Name: "price", Containers: 1, Observer: b})
		_, err := f.SpawnAll(t.Context(), ints(5))
		require.NoError(t, err)
		time.Sleep(time.Second)
		synctest.Wait()
		run := only(t, b)
		require.Len(t, run.Causes, 2)
		require.Equal(t, []int{3, 2}, []int{run.Causes[0].Retryable, run.Causes[1].Retryable})
		require.Len(t, b.Failed(run.ID, ""), 5)
		key := run.Causes[1].Key
		require.ElementsMatch(t, []any{0, 1}, b.Failed(run.ID, key))
		require.Empty(t, b.Failed(run.ID, "nothing"))

		taken := 0
		n, err := b.Retry(run.ID, key, func(any) error {
			if taken == 1 {
				return errTest
			}
			taken++
			return nil
		})
		require.ErrorIs(t, err, errTest)
		require.Equal(t, 1, n)
		require.Len(t, b.Failed(run.ID, key), 1)
		view, _ := b.View(run.ID)
		n, err = b.Retry(run.ID, key, func(input any) error { return view.Spawn(t.Context(), input) })
		require.NoError(t, err)
		require.Equal(t, 1, n)
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, 6, get(t, b, run.ID).Counts.Failed, "it failed again, as another call")
		require.Len(t, b.Failed(run.ID, key), 1)
		require.NoError(t, f.Stop(t.Context()))
		synctest.Wait()
		require.Empty(t, b.Failed(run.ID, ""), "nobody takes them any more")
	})
}

// TestWithdrawn: a call that its caller cancels has not failed.
func TestWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		f := deploy(t, func(ctx context.Context, _ int) (int, error) { return 0, during(ctx, time.Minute) },
			mapper.Options{Name: "price", Containers: 2, Observer: b})
		calls, err := f.SpawnAll(t.Context(), ints(2))
		require.NoError(t, err)
		time.Sleep(time.Second)
		calls[1].Cancel()
		time.Sleep(time.Second)
		synctest.Wait()
		run := only(t, b)
		require.Equal(t, []int{0, 1}, []int{run.Counts.Failed, run.Counts.Cancelled})
		require.Empty(t, run.Causes)
		require.Empty(t, b.Failed(run.ID, ""))
		s := input(t, b, run.ID, 1)
		require.Equal(t, []any{"cancelled", []string{"cancelled"}}, []any{s.State, outcomes(s)})
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestBatches: a batch that crashes strikes all of its inputs, and is one crash.
func TestBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{Describe: describe})
		var crashed atomic.Bool
		body := mapper.Batched(func(ctx context.Context, batch []int) ([]int, error) {
			if err := during(ctx, time.Second); err != nil {
				return nil, err
			}
			if slices.Contains(batch, 5) && !crashed.Swap(true) {
				panic("no rates")
			}
			return batch, nil
		}, mapper.Batch{Size: 4, Wait: time.Second})
		f, err := mapper.Deploy(t.Context(), body, mapper.Options{Name: "price", Containers: 1, Observer: b})
		require.NoError(t, err)
		run, err := f.Start(t.Context(), slices.Values(ints(12)), mapper.RunOptions{})
		require.NoError(t, err)
		id := b.Overview(history.RunFilter{}).Runs[1].ID
		go func() {
			for range run.All() {
			}
		}()
		view, _ := b.View(id)
		<-view.Done()
		synctest.Wait()
		r := get(t, b, id)
		require.Equal(t, []int{12, 4}, []int{r.Counts.Succeeded, r.Counts.Reruns})
		require.Len(t, r.Crashes, 1)
		require.Equal(t, []any{1, true}, []any{r.Causes[0].Count, r.Causes[0].Crash})
		for i := 4; i < 8; i++ {
			require.Equal(t, []string{"crashed", "succeeded"}, outcomes(input(t, b, id, i)), "input %d", i)
		}
		all := inputs(t, b, id, history.InputFilter{State: "succeeded", Container: -1})
		n := 0
		for _, in := range all.Items {
			n += max(in.Count, 1)
		}
		require.Equal(t, 12, n)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestBatchWithABadRow: the attempts that were for the sake of others are told of, and are no retries.
func TestBatchWithABadRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{Describe: describe})
		body := mapper.Batched(func(ctx context.Context, batch []int) ([]int, error) {
			if slices.Contains(batch, 5) {
				return nil, errTest
			}
			return batch, nil
		}, mapper.Batch{Size: 8})
		_, err := body.Collect(t.Context(), ints(8), mapper.Options{Containers: 1, Observer: b, ReturnExceptions: true})
		require.Error(t, err)
		synctest.Wait()
		run := only(t, b)
		require.Equal(t, []int{7, 1, 0}, []int{run.Counts.Succeeded, run.Counts.Failed, run.Counts.Retries})
		require.Equal(t, []string{"retrying", "succeeded"}, outcomes(input(t, b, run.ID, 0)))
		require.Equal(t, []string{"retrying", "retrying", "retrying", "failed"}, outcomes(input(t, b, run.ID, 5)))
		require.Len(t, run.Causes, 1)
	})
}

// TestManyContainers: the table is paged by lineage, and says what each executes.
func TestManyContainers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 1000
		b := history.New(history.Options{Describe: describe})
		results := mapper.Map(t.Context(), func(ctx context.Context, i int) (int, error) { return i, during(ctx, 10*time.Second) },
			ints(2*n), mapper.Options{Containers: n, Observer: b, Crashes: policy.Deployed{}})
		go func() {
			for range results {
			}
		}()
		time.Sleep(5 * time.Second)
		run := only(t, b)
		require.Equal(t, []int{n, n}, []int{run.Counts.Running, run.Pool.ByState["running"]})
		seen := map[int]bool{}
		for offset := 0; offset < n; offset += 100 {
			page := containers(t, b, run.ID, history.ContainerFilter{Offset: offset, Limit: 100})
			require.Equal(t, n, page.Total)
			for i, c := range page.Items {
				require.Equal(t, offset+i, c.Lineage)
				require.Equal(t, fmt.Sprint("order ", c.Input), c.Described)
				require.Equal(t, 5*time.Second, c.Since)
				seen[c.Input] = true
			}
		}
		require.Len(t, seen, n)
		require.Equal(t, n, inputs(t, b, run.ID, history.InputFilter{State: "running", Container: -1}).Total)
		view, _ := b.View(run.ID)
		<-view.Done()
		synctest.Wait()
		require.Equal(t, n, containers(t, b, run.ID, history.ContainerFilter{Ended: true}).Total)
	})
}
