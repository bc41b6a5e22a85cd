package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestTroubleIsBounded: of a run in which everything fails, the latest failures are kept.
func TestTroubleIsBounded(t *testing.T) {
	t.Parallel()
	const n, kept = 100_000, 10_000
	b := history.New(history.Options{Describe: describe})
	defer b.Close()
	b.Watch(newView(1))
	var causes []error
	for i := range 150 {
		causes = append(causes, fmt.Errorf("cause %s of it", strings.Repeat("x", i)))
	}
	for i := range n {
		ev := event(1, supervisor.InputFailed, i, causes[i%len(causes)])
		ev.Value = i
		b.Observe(ev)
	}
	page := inputs(t, b, 1, history.InputFilter{State: "failed", Container: -1, Limit: 500})
	require.Equal(t, []any{kept, true, n - 1, 500}, []any{page.Total, page.Capped, page.Items[0].Index, len(page.Items)})
	require.Equal(t, "order 99999", page.Items[0].Described)
	_, known := b.Input(1, 0)
	require.False(t, known)
	run := get(t, b, 1)
	require.Len(t, run.Causes, 100)
	sum := run.Others
	for _, c := range run.Causes {
		sum += c.Count
		require.LessOrEqual(t, len(c.Samples), 5)
	}
	require.Equal(t, n, sum)
}

// TestRetriedForEver: of an input that is retried again and again, the last attempts are kept.
func TestRetriedForEver(t *testing.T) {
	t.Parallel()
	b := history.New(history.Options{})
	defer b.Close()
	b.Watch(newView(1))
	for i := 1; i <= 1000; i++ {
		ev := event(1, supervisor.InputRetried, 7, errTest)
		ev.Attempt = i
		b.Observe(ev)
	}
	s := input(t, b, 1, 7)
	require.Equal(t, []int{1000, 8, 1000}, []int{s.Attempts, len(s.Story), s.Story[7].Attempt})
}

// TestSuccessIsBounded: a million inputs leave the latest thousand entries behind.
func TestSuccessIsBounded(t *testing.T) {
	t.Parallel()
	b := history.New(history.Options{})
	defer b.Close()
	b.Watch(newView(1))
	for i := 0; i < 1_000_000; i += 10 {
		ev := event(1, supervisor.AttemptsEnded, i, nil)
		ev.Container, ev.Count, ev.Took = i%1000, 10, time.Duration(i)
		b.Observe(ev)
	}
	page := inputs(t, b, 1, history.InputFilter{Container: -1})
	require.Equal(t, []any{1000, true}, []any{page.Total, page.Capped})
	require.Equal(t, []int{999_990, 10}, []int{page.Items[0].Index, page.Items[0].Count})
	require.Equal(t, "succeeded", input(t, b, 1, 999_995).State)
	run := get(t, b, 1)
	require.EqualValues(t, []any{int64(1_000_000), 999_990}, []any{run.Latency.Attempts, run.Latency.Slowest})
	require.InEpsilon(t, 500_000, int64(run.Latency.P50), 0.02)
}

// TestContainersAreBounded: of thousands that crash, the latest are kept, and their crashes.
func TestContainersAreBounded(t *testing.T) {
	t.Parallel()
	const n = 5000
	b := history.New(history.Options{})
	defer b.Close()
	b.Watch(newView(1))
	stack := strings.Repeat("s", 1<<20)
	for i := range n {
		for _, kind := range []supervisor.Kind{supervisor.ContainerStarted, supervisor.ContainerReady, supervisor.ContainerCrashed} {
			ev := event(1, kind, -1, nil)
			ev.Container, ev.Lineage = i, i%4
			if kind == supervisor.ContainerCrashed {
				ev.Err = &supervisor.CrashError{Container: i, Phase: supervisor.PhaseInput, Input: i, Panic: "no rates", Stack: stack}
				ev.Input = i
			}
			b.Observe(ev)
		}
	}
	page := containers(t, b, 1, history.ContainerFilter{Ended: true, Limit: 1})
	require.Equal(t, []any{1000, true, n - 1}, []any{page.Total, page.Capped, page.Items[0].ID})
	s, ok := b.Container(1, n-1)
	require.True(t, ok)
	require.Equal(t, []int{200, 50}, []int{len(s.States), len(s.Crashes)})
	require.Less(t, len(s.Crashes[0].Error.Crash.Stack), 20_000)
	_, ok = b.Container(1, 0)
	require.False(t, ok)
	run := get(t, b, 1)
	require.Len(t, run.Crashes, 50)
	require.Equal(t, n, run.Causes[0].Count)
}

// TestLinesAreBounded: each container has room for its last lines, and less of it where many print.
func TestLinesAreBounded(t *testing.T) {
	t.Parallel()
	b := history.New(history.Options{})
	defer b.Close()
	b.Watch(newView(1))
	say := func(container int, text string) {
		ev := event(1, supervisor.ContainerPrinted, -1, nil)
		ev.Container, ev.Lineage, ev.Stream, ev.Text = container, container, "stderr", text
		b.Observe(ev)
	}
	kept := func(container int) (bytes int, s history.ContainerStory) {
		ev := event(1, supervisor.ContainerStopped, -1, nil)
		ev.Container, ev.Lineage = container, container
		b.Observe(ev)
		s, ok := b.Container(1, container)
		require.True(t, ok)
		for _, line := range s.Lines {
			bytes += len(line.Text)
		}
		return bytes, s
	}
	for i := range 10_000 {
		say(0, fmt.Sprintf("line %d of a worker that has much to say", i))
	}
	say(0, strings.Repeat("x", 1<<20))
	bytes, s := kept(0)
	require.LessOrEqual(t, bytes, 64<<10)
	require.Greater(t, bytes, 16<<10)
	require.True(t, s.Cut)
	require.Equal(t, 10_001, s.Lines[len(s.Lines)-1].Number)
	for c := range 300 {
		for range 330 {
			say(c, strings.Repeat("y", 200))
		}
	}
	sum := 0
	for c := range 300 {
		bytes, _ := kept(c)
		require.Positive(t, bytes)
		sum += bytes
	}
	require.LessOrEqual(t, sum, 8<<20)
}

// TestShortRuns: hundreds of runs leave as many behind as are to be kept, and no goroutine.
func TestShortRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{Keep: 10})
		for i := range 300 {
			_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil }, ints(3),
				mapper.Options{Name: fmt.Sprint("run ", i), Observer: b, Containers: 1})
			require.NoError(t, err)
			time.Sleep(time.Millisecond) // or they end at the same time, in any order
		}
		synctest.Wait()
		o := b.Overview(history.RunFilter{})
		require.Equal(t, []int{0, 10, 290, 10}, []int{o.Live, o.Ended, o.Gone, o.Total})
		require.Equal(t, "run 299", o.Runs[0].Name)
		require.Equal(t, "run 290", o.Runs[9].Name)
		_, ok := b.Run(o.Runs[9].ID - 1)
		require.False(t, ok)
		require.Zero(t, b.Version(o.Runs[9].ID-1))
	})
}

// TestLost: what events do not tell, numbers do.
func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		v := newView(1)
		v.about.Options.Crashes = policy.Deployed{}
		b.Watch(v)
		last := &supervisor.CrashError{Container: 9, Phase: supervisor.PhaseStart, Input: -1, Err: errTest}
		v.set(mapper.Counts{Inputs: 100, Succeeded: 40, Failed: 2, Retrying: 1, Dropped: 77}, supervisor.Snapshot{
			Containers: []supervisor.ContainerInfo{
				{ID: -1, Lineage: 0, State: supervisor.BackingOff, Crashes: 3, NextStart: time.Now().Add(time.Minute), Last: last},
			},
			Crashes: 5, CrashLooping: true, CrashLoopSince: time.Now(), Gate: "open", Last: last, NextStart: time.Now().Add(time.Minute),
		})
		started := event(1, supervisor.ContainerStarted, -1, nil)
		started.Container, started.Lineage, started.Dropped = 8, 0, 70
		b.Observe(started)
		time.Sleep(3 * time.Second)
		run := get(t, b, 1)
		require.Equal(t, []any{history.CrashLooping, 40, 2, 5, int64(70)}, []any{run.Status, run.Counts.Succeeded, run.Counts.Failed, run.Pool.Crashes, run.Lost})
		require.Equal(t, []any{5, 9}, []any{run.Loop.Crashes, run.Loop.Last.Container})
		require.Equal(t, errTest.Error(), run.Loop.Last.Error.Crash.Reason)
		require.Equal(t, 1, containers(t, b, 1, history.ContainerFilter{Ended: true}).Total, "a container whose end was lost")
		row := containers(t, b, 1, history.ContainerFilter{}).Items[0]
		require.Equal(t, []any{"crash_looping", 9}, []any{row.State, row.LastCrash.Container})
		require.NotNil(t, row.LastCrash.Error)
		close(v.done)
		time.Sleep(5 * time.Second)
		run = get(t, b, 1)
		require.Equal(t, []any{history.Status(supervisor.WithFailures), int64(77)}, []any{run.Status, run.Lost})
		require.Equal(t, 1, b.Overview(history.RunFilter{}).Ended)
	})
}
