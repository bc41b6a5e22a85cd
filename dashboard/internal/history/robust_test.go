package history_test

import (
	"context"
	"runtime"
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

// TestDescribe: a Describe that panics is shown as such, one that is long is cut, one that
// is slow delays nothing.
func TestDescribe(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	for name, c := range map[string]struct {
		describe func(any) string
		want     string
	}{
		"panics": {func(any) string { panic("no such field") }, "Describe panicked: no such field"},
		"long":   {func(any) string { return long }, strings.Repeat("é", 199) + "…"},
		"bytes":  {func(any) string { return "a\xffb" }, "a�b"},
		"slow":   {func(any) string { time.Sleep(time.Minute); return "slow" }, "slow"},
		"leaves": {func(any) string { runtime.Goexit(); return "" }, "Describe called runtime.Goexit"},
		"stuck":  {func(any) string { time.Sleep(20_000 * time.Minute); return "" }, "Describe has not returned within 2m0s"},
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
				require.Equal(t, []any{history.Status(supervisor.WithFailures), 5000}, []any{run.Status, run.Counts.Failed})
				require.Equal(t, c.want, inputs(t, b, run.ID, history.InputFilter{Container: -1}).Items[0].Described)
				b.Close()
				time.Sleep(20_000 * time.Minute)
			})
		})
	}
}

// TestWild: whatever an error's methods do and whatever a panic's value is made of, the book tells of it.
func TestWild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		knot := make([]any, 2)
		knot[0], knot[1] = knot, map[string]any{"knot": knot}
		b := history.New(history.Options{})
		_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
			switch i {
			case 0:
				panic(knot)
			case 1:
				return 0, &wild{say: func() string { <-release; return "" }}
			case 2:
				return 0, &wild{say: func() string { runtime.Goexit(); return "" }}
			case 3:
				return 0, &wild{say: func() string { return strings.Repeat("x", 100<<20) }}
			}
			return 0, nil
		}, ints(5), mapper.Options{Observer: b, ReturnExceptions: true, Containers: 1, Grace: time.Hour})
		require.Error(t, err)
		time.Sleep(time.Minute)
		run := only(t, b)
		require.Equal(t, []any{history.Status(supervisor.WithFailures), 4}, []any{run.Status, run.Counts.Failed})
		text := readable(run) + readable(inputs(t, b, run.ID, history.InputFilter{Container: -1}))
		require.Less(t, len(text), 200_000)
		for _, said := range []string{"panic: [[[", "has not returned within 1s", "called runtime.Goexit", "xxx"} {
			require.Contains(t, text, said)
		}
		b.Close()
	})
}

// wild is an error whose methods do what a test wants.
type wild struct {
	say    func() string
	unwrap func() error
}

func (w *wild) Error() string { return w.say() }

func (w *wild) Unwrap() error {
	if w.unwrap == nil {
		return nil
	}
	return w.unwrap()
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
	for _, run := range b.Overview(history.RunFilter{Status: history.Status(supervisor.WithFailures)}).Runs {
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
