package history_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// view is a run of which nothing is known but what a test says.
type view struct {
	mapper.View
	about  mapper.About
	mu     sync.Mutex
	counts mapper.Counts
	pool   supervisor.Snapshot
	done   chan struct{}
}

func newView(id uint64) *view {
	return &view{about: mapper.About{ID: id, Name: "work", Started: time.Now()}, done: make(chan struct{})}
}

func (v *view) About() mapper.About                { return v.about }
func (v *view) Done() <-chan struct{}              { return v.done }
func (v *view) Err() error                         { return nil }
func (v *view) Containers() []mapper.ContainerView { return nil }
func (v *view) Value(int) (any, bool)              { return nil, false }

func (v *view) Counts() mapper.Counts {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.counts
}

func (v *view) Pool() supervisor.Snapshot {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.pool
}

func (v *view) set(c mapper.Counts, p supervisor.Snapshot) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.counts, v.pool = c, p
}

// event is one about an input of a run of its own.
func event(id uint64, kind supervisor.Kind, input int, err error) supervisor.Event {
	return supervisor.Event{Time: time.Now(), Kind: kind, Pool: id, Run: id, Container: -1, Lineage: -1, Input: input, Attempt: 1, Err: err}
}

// TestTroubleIsBounded: of a run in which everything fails, the latest failures are kept.
func TestTroubleIsBounded(t *testing.T) {
	t.Parallel()
	const n, kept = 100_000, 10_000
	b := history.New(history.Options{Describe: describe})
	defer b.Close()
	b.Watch(newView(1))
	for i := range n {
		ev := event(1, supervisor.InputFailed, i, fmt.Errorf("order %d: cause %s", i, strings.Repeat("x", i%150)))
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
	const n = 20_000
	b := history.New(history.Options{})
	defer b.Close()
	b.Watch(newView(1))
	for i := range n {
		for _, kind := range []supervisor.Kind{supervisor.ContainerStarted, supervisor.ContainerReady, supervisor.ContainerCrashed} {
			ev := event(1, kind, -1, nil)
			ev.Container, ev.Lineage = i, i%4
			if kind == supervisor.ContainerCrashed {
				ev.Err = &supervisor.CrashError{Container: i, Phase: supervisor.PhaseInput, Input: i, Panic: "no rates", Stack: strings.Repeat("s", 1<<20)}
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
	for c := range 1000 {
		for range 200 {
			say(c, strings.Repeat("y", 200))
		}
	}
	sum := 0
	for c := range 1000 {
		bytes, _ := kept(c)
		require.Positive(t, bytes)
		sum += bytes
	}
	require.LessOrEqual(t, sum, 8<<20)
}

// TestShortRuns: a thousand runs leave as many behind as are to be kept, and no goroutine.
func TestShortRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{Keep: 10})
		for i := range 1000 {
			_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil }, ints(3),
				mapper.Options{Name: fmt.Sprint("run ", i), Observer: b, Containers: 1})
			require.NoError(t, err)
		}
		synctest.Wait()
		o := b.Overview(history.RunFilter{})
		require.Equal(t, []int{0, 10, 990, 10}, []int{o.Live, o.Ended, o.Gone, o.Total})
		require.Equal(t, "run 999", o.Runs[0].Name)
		require.Equal(t, "run 990", o.Runs[9].Name)
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
		require.Equal(t, []any{history.Failed, int64(77)}, []any{run.Status, run.Lost})
		require.Equal(t, 1, b.Overview(history.RunFilter{}).Ended)
	})
}

// TestDescribe: a Describe that panics is shown as such, one that is long is cut, one that
// is slow delays nothing.
func TestDescribe(t *testing.T) {
	for name, c := range map[string]struct {
		describe func(any) string
		want     string
	}{
		"panics": {func(any) string { panic("no such field") }, "Describe panicked: no such field"},
		"long":   {func(any) string { return strings.Repeat("é", 1<<20) }, strings.Repeat("é", 199) + "…"},
		"bytes":  {func(any) string { return "a\xffb" }, "a�b"},
		"slow":   {func(any) string { time.Sleep(time.Minute); return "slow" }, "slow"},
		"none":   {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := history.New(history.Options{Describe: c.describe})
				begun := time.Now()
				_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) { return 0, errTest }, ints(5000),
					mapper.Options{Observer: b, ReturnExceptions: true, Containers: 2})
				require.Error(t, err)
				require.LessOrEqual(t, time.Since(begun), time.Second, "the grace for observers")
				require.Equal(t, 5000, b.Overview(history.RunFilter{}).Runs[0].Counts.Failed)
				time.Sleep(10_000 * time.Minute)
				run := only(t, b)
				require.Equal(t, []any{history.Failed, 5000}, []any{run.Status, run.Counts.Failed})
				require.Equal(t, c.want, inputs(t, b, run.ID, history.InputFilter{Container: -1}).Items[0].Described)
				b.Close()
			})
		})
	}
}

// hostile is an error that does what errors should not.
type hostile struct{ panics bool }

func (h hostile) Error() string {
	if h.panics {
		panic("no text for you")
	}
	return "<script>alert(1)</script>\x1b[31m\u202e\x00\xff" + strings.Repeat("x", 1<<20)
}

// TestHostile: texts from anywhere are cut and valid; the rest is for whoever shows them.
func TestHostile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
			if i == 2 {
				panic(hostile{})
			}
			return 0, hostile{i == 1}
		}, ints(3), mapper.Options{Name: strings.Repeat("\xff<b>", 1<<20), Observer: b, ReturnExceptions: true, Containers: 1})
		require.Error(t, err)
		synctest.Wait()
		run := only(t, b)
		require.LessOrEqual(t, len([]rune(run.Name)), 200)
		require.Len(t, run.Causes, 3)
		text := readable(run) + readable(inputs(t, b, run.ID, history.InputFilter{Container: -1}))
		require.Less(t, len(text), 200_000)
		require.Contains(t, text, "Error panicked: no text for you")
		require.NotContains(t, text, "\x1b")
	})
}

// TestClose: no numbers are read any more, what is known stays, and a run that goes on does so.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			return i, during(ctx, time.Second)
		}, func(yield func(int) bool) {
			for i := range 10 {
				if !yield(i) {
					return
				}
			}
		}, mapper.Options{Containers: 1, Observer: b})
		require.NoError(t, err)
		go func() {
			time.Sleep(3500 * time.Millisecond)
			b.Close()
			b.Close()
		}()
		n := 0
		for r := range run.All() {
			require.NoError(t, r.Err)
			n++
		}
		require.Equal(t, 10, n)
		known := only(t, b)
		require.Equal(t, []any{history.Running, 3}, []any{known.Status, known.Counts.Succeeded})
		_, ok := b.View(known.ID)
		require.False(t, ok)
		_, err = mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) { return i, nil }, ints(3), mapper.Options{Observer: b})
		require.NoError(t, err)
		require.Equal(t, 1, b.Overview(history.RunFilter{}).Total, "it takes in nothing new")
	})
}

// TestConcurrent: questions from many sides while a run goes at full speed.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	b := history.New(history.Options{Describe: describe, Keep: 3})
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, run := range b.Overview(history.RunFilter{}).Runs {
					ask(b, run.ID)
				}
			}
		})
	}
	for range 5 {
		_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
			switch {
			case i%1000 == 7:
				panic("no rates")
			case i%100 == 3:
				return 0, errTest
			}
			return i, nil
		}, ints(20_000), mapper.Options{
			Observer: b, ReturnExceptions: true, Containers: 4, CrashLimit: 2,
			Retries: policy.Retries{MaxRetries: 1, InitialDelay: time.Millisecond},
		})
		require.Error(t, err)
	}
	close(stop)
	readers.Wait()
	b.Close()
	for _, run := range b.Overview(history.RunFilter{Status: history.Failed}).Runs {
		require.Equal(t, []int{20_000 - 220, 220}, []int{run.Counts.Succeeded, run.Counts.Failed})
	}
}

func ask(b *history.Book, id uint64) {
	b.Run(id)
	b.Version(id)
	b.Failed(id, "")
	if page, ok := b.Inputs(id, history.InputFilter{Container: -1, Text: "order 1"}); ok {
		for _, in := range page.Items {
			b.Input(id, in.Index)
		}
	}
	for _, ended := range []bool{false, true} {
		if page, ok := b.Containers(id, history.ContainerFilter{Ended: ended}); ok {
			for _, c := range page.Items {
				b.Container(id, c.ID)
			}
		}
	}
}

