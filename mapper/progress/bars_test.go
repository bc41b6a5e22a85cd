package progress_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

var errLuck = errors.New("no luck")

// steady takes a second for an input.
func steady(ctx context.Context, i int) (int, error) {
	select {
	case <-time.After(time.Second):
		return i, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// numbers are 0 to n-1.
func numbers(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func start[Out any](t *testing.T, fn func(context.Context, int) (Out, error), n int, opts mapper.Options) (wait func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := mapper.Collect(t.Context(), fn, numbers(n), opts)
		done <- err
	}()
	return func() error { return <-done }
}

// TestBar: a run on a terminal, from its first moment to its summary, with a log above.
func TestBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &tty{}
		bars := progress.NewTerminal(screen, 60, progress.Options{Refresh: 150 * time.Millisecond})
		logger := log.New(bars, "", 0)
		logger.Print("before")
		wait := start(t, steady, 100, mapper.Options{Name: "steady", Containers: 2, Observer: bars})

		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		require.Equal(t, []string{"before", "steady    0%  ──────────────────────────────  0/100  2 run"}, screen.shows(t))

		time.Sleep(20*time.Second + 50*time.Millisecond)
		logger.Print("in the middle")
		require.Equal(t, []string{
			"before",
			"in the middle",
			"steady   40%  ━━━━━─────────  40/100  2.0/s  eta 30s  2 run",
		}, screen.shows(t), "the line is there when Print returns")

		require.NoError(t, wait())
		logger.Print("after")
		shown := screen.shows(t)
		require.Contains(t, shown[2], "steady completed: 100 ok in 50s; p50 1s, p95 1s, p99 1s, slowest 1s (input ")
		shown[2] = "summary"
		require.Equal(t, []string{"before", "in the middle", "summary", "after"}, shown, "the bar is gone, and the summary there, when the run is over")
		require.NoError(t, bars.Close())
	})
}

// TestBars: several runs at once have a line each, which comes and goes with them.
func TestBars(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &tty{}
		bars := progress.NewTerminal(screen, 60, progress.Options{Refresh: 150 * time.Millisecond})
		short := start(t, steady, 5, mapper.Options{Name: "short", Containers: 1, Observer: bars})
		synctest.Wait()
		long := start(t, steady, 10, mapper.Options{Name: "long", Containers: 1, Observer: bars})
		time.Sleep(2200 * time.Millisecond)
		synctest.Wait()
		require.Equal(t, []string{
			"short   40%  ━━━━━━━───────────   2/5  1.0/s  eta 3s  1 run",
			"long    20%  ━━━───────────────  2/10  1.0/s  eta 8s  1 run",
		}, screen.shows(t))
		require.NoError(t, short())
		require.NoError(t, long())
		got := screen.shows(t)
		require.Len(t, got, 2)
		require.Contains(t, got[0], "short completed: 5 ok in 5s")
		require.Contains(t, got[1], "long completed: 10 ok in 10s")

		require.NoError(t, start(t, steady, 1, mapper.Options{Name: "again", Observer: bars})())
		require.Contains(t, screen.shows(t)[2], "again completed: 1 ok in 1s")
		require.NoError(t, bars.Close())
	})
}

// slow never settles an input when a line is due.
func slow(_ context.Context, i int) (int, error) {
	time.Sleep(1100 * time.Millisecond)
	return i, nil
}

// TestPlain: what is no terminal gets a line every ten seconds, and no escape sequence.
func TestPlain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		bars := progress.New(&out, progress.Options{})
		require.NoError(t, start(t, slow, 25, mapper.Options{Name: "slow", Containers: 1, Observer: bars})())
		require.Equal(t, []string{
			"slow   36%  9/25  0.9/s  eta 18s  1 run",
			"slow   72%  18/25  0.9/s  eta 8s  1 run",
			"slow completed: 25 ok in 27.5s; p50 1.1s, p95 1.1s, p99 1.1s, slowest 1.1s (input 0)",
		}, lines(out.String()))
	})
}

// TestTroubles: failures by cause, retries, crashes and the end, of a run in which all of them happen.
func TestTroubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		bars := progress.New(&out, progress.Options{Interval: 2 * time.Second})
		fn := func(_ context.Context, i int) (int, error) {
			switch {
			case i%10 == 3:
				return 0, fmt.Errorf("input %d: %w", i, errLuck)
			case i == 7:
				panic("\x1b[2Jno pixel 7")
			}
			time.Sleep(time.Second)
			return i, nil
		}
		err := start(t, fn, 20, mapper.Options{
			Name: "evil\n\x1b[31m", Containers: 1, Observer: bars, ReturnExceptions: true,
			Retries: policy.Retries{MaxRetries: 2, InitialDelay: time.Second},
		})()
		require.Error(t, err)
		require.NotContains(t, out.String(), "\x1b")
		got := lines(out.String())
		i := slices.IndexFunc(got, func(line string) bool { return strings.HasPrefix(line, "evil completed with 3 failures: ") })
		require.Positive(t, i)
		require.Contains(t, strings.Join(got[:i], "\n"), "1 retry")
		require.Contains(t, got[i], "evil completed with 3 failures: 17 ok, 3 failed (2 causes), 4 retries, 3 crashes, 2 re-runs in ")
		require.Equal(t, "  2 failed: input #: no luck (inputs 3, 13)", got[i+1])
		require.Regexp(t, `^  3 crashed, 1 failed: panic: no pixel # in progress_test\.TestTroubles\.func1\.1 \(bars_test\.go:\d+\) \(input 7, …\)$`, got[i+2])
		require.Len(t, got, i+3, "a panic is told of once")
	})
}

// TestEndedEarly: the summary says why.
func TestEndedEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		bars := progress.New(&out, progress.Options{})
		fn := func(context.Context, int) (int, error) { return 0, errLuck }
		require.Error(t, start(t, fn, 3, mapper.Options{Name: "fails", Containers: 1, Observer: bars})())
		require.Equal(t, []string{
			"  ended early: mapper: input 0 failed after 1 attempt: no luck",
			"  1 failed: no luck (input 0)",
		}, lines(out.String())[1:])
	})
}

// TestFunction: a deployed function that crash-loops says so, has no forecast, and a summary when it is
// stopped.
func TestFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &tty{}
		bars := progress.NewTerminal(screen, 100, progress.Options{})
		var healed atomic.Bool
		body := mapper.WithState(
			func(context.Context) (int, error) {
				if !healed.Load() {
					return 0, errLuck
				}
				return 1, nil
			},
			func(_ context.Context, one, i int) (int, error) { return i + one, nil }, nil)
		f, err := mapper.Deploy(t.Context(), body, mapper.Options{
			Name: "serve", Observer: bars, Scale: mapper.Scale{Min: 2, Max: 2},
		})
		require.NoError(t, err)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		shown := screen.shows(t)
		require.Len(t, shown, 1)
		require.Regexp(t, `^serve  0 done  2 crash-looping  next start in (\d+s|\d+m\d+s)  no luck$`, shown[0])

		healed.Store(true)
		_, err = f.Call(t.Context(), 1)
		require.NoError(t, err)
		_, err = f.Collect(t.Context(), numbers(3), mapper.RunOptions{})
		require.NoError(t, err)
		require.NoError(t, f.Stop(t.Context()))
		require.NoError(t, bars.Close())
		text := strings.Join(screen.shows(t), "\n")
		require.Contains(t, text, "serve stopped: 1 ok, ")
		require.Contains(t, text, " crashed: no luck")
	})
}

// TestClose: bars that are closed early leave a summary, and the run alone.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &tty{}
		bars := progress.NewTerminal(screen, 60, progress.Options{})
		wait := start(t, steady, 4, mapper.Options{Name: "steady", Containers: 1, Observer: bars})
		time.Sleep(2500 * time.Millisecond)
		fmt.Fprint(bars, "half a ")
		require.Contains(t, screen.shows(t)[0], "2/4", "half a line waits")
		require.NoError(t, bars.Close())
		require.NoError(t, bars.Close())
		fmt.Fprintln(bars, "line")
		require.Equal(t, []string{
			"steady: 2 ok in 2.5s; p50 1s, p95 1s, p99 1s, slowest 1s (input 0)",
			"  not at its end yet",
			"half a line",
		}, screen.shows(t))
		written := screen.bytes
		require.NoError(t, wait())
		require.NoError(t, start(t, steady, 1, mapper.Options{Observer: bars})())
		require.Equal(t, written, screen.bytes)
	})
}

// TestBrokenTerminal: a terminal that is gone is no trouble for a run.
func TestBrokenTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bars := progress.NewTerminal(gone{}, 60, progress.Options{})
		wait := start(t, steady, 3, mapper.Options{Containers: 1, Observer: bars})
		time.Sleep(1500 * time.Millisecond)
		_, err := fmt.Fprintln(bars, "line")
		require.ErrorIs(t, err, errGone)
		require.NoError(t, wait())
		require.NoError(t, bars.Close())
	})
}

// TestOutputThatPanics is no more trouble than one that is gone, also where it is nil.
func TestOutputThatPanics(t *testing.T) {
	for _, out := range []io.Writer{panics{}, nil} {
		synctest.Test(t, func(t *testing.T) {
			bars := progress.New(out, progress.Options{Interval: time.Second})
			wait := start(t, steady, 3, mapper.Options{Containers: 1, Observer: bars})
			time.Sleep(1500 * time.Millisecond)
			_, err := fmt.Fprintln(bars, "line")
			require.ErrorContains(t, err, "progress: the output panicked")
			require.NoError(t, wait())
			require.NoError(t, bars.Close())
		})
	}
}

type panics struct{}

func (panics) Write([]byte) (int, error) { panic("no") }

type gone struct{}

var errGone = errors.New("gone")

func (gone) Write([]byte) (int, error) { return 0, errGone }

// TestLostEnd: the summary comes although the event of the end was dropped.
func TestLostEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &tty{}
		bars := progress.NewTerminal(screen, 60, progress.Options{Refresh: 150 * time.Millisecond})
		require.NoError(t, start(t, steady, 1, mapper.Options{Name: "steady", Observer: deaf{bars}})())
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []string{"steady completed: 1 ok in 1.2s"}, screen.shows(t))
	})
}

// deaf hears no events.
type deaf struct{ *progress.Bars }

func (deaf) Observe(supervisor.Event) {}

// TestWrite: lines come whole, however they are written, and one without an end comes as well.
func TestWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		bars := progress.New(&out, progress.Options{})
		wait := start(t, steady, 1, mapper.Options{Name: "steady", Observer: bars})
		synctest.Wait()
		fmt.Fprint(bars, "one\ntw")
		require.Equal(t, "one\n", out.String())
		fmt.Fprint(bars, "o\n")
		require.Equal(t, "one\ntwo\n", out.String())
		endless := strings.Repeat("x", 1<<20)
		fmt.Fprint(bars, endless)
		require.Equal(t, "one\ntwo\n"+endless+"\n", out.String())
		fmt.Fprint(bars, "the last")
		require.NoError(t, wait())
		fmt.Fprintln(bars, " words")
		require.Equal(t, []string{"one", "two", endless, "steady completed: 1 ok in 1s; p50 1s, p95 1s, p99 1s, slowest 1s (input 0)", "the last words"}, lines(out.String()))
	})
}

// TestRedraws: what changes all the time is drawn as often as is asked for and no oftener, five times a second where
// nothing is.
func TestRedraws(t *testing.T) {
	for refresh, want := range map[time.Duration]int{0: 5 * 3, 500 * time.Millisecond: 2 * 3} {
		synctest.Test(t, func(t *testing.T) {
			var out strings.Builder
			bars := progress.NewTerminal(&out, 80, progress.Options{Refresh: refresh})
			require.NoError(t, start(t, func(ctx context.Context, i int) (int, error) {
				time.Sleep(time.Millisecond)
				return i, nil
			}, 3000, mapper.Options{Name: "busy", Containers: 1, Observer: bars})())
			require.NoError(t, bars.Close())
			require.InDelta(t, want, strings.Count(out.String(), "/3000"), 1)
		})
	}
}
