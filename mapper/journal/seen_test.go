package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/supervisor"
)

// eye is shown a run, and keeps what is said of its journal.
type eye struct {
	mu     sync.Mutex
	view   mapper.View
	opened []supervisor.Event
}

func (e *eye) Watch(v mapper.View) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.view = v
}

func (e *eye) Observe(ev supervisor.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if ev.Kind == supervisor.JournalOpened {
		e.opened = append(e.opened, ev)
	}
}

// said is the one line that a run said of its journal, without the path.
func (e *eye) said(t testing.TB, path string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	require.Len(t, e.opened, 1)
	text, ok := strings.CutPrefix(e.opened[0].Text, path+": ")
	require.True(t, ok, e.opened[0].Text)
	return text
}

func (e *eye) counts() mapper.Counts {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.view.Counts()
}

// TestSeen is what a run says of its journal at the start, and what is seen of it at the end: what
// was restored and recorded, and why nothing was restored.
func TestSeen(t *testing.T) {
	t.Parallel()
	abc := []string{"a", "b", "c"}
	fine := func(string) error { return nil }
	fails := func(string) error { return errors.New("no") }
	for name, c := range map[string]struct {
		before   func(t *testing.T, path string)
		opts     journal.Options
		seq      bool
		inputs   []string
		said     string
		restored int
		recorded int
	}{
		"new": {inputs: abc, said: "nothing is restored: the journal is new", recorded: 3},
		"opened, and no run": {
			before: func(t *testing.T, path string) { require.NoError(t, open(t, path, journal.Options{}).Close()) },
			inputs: abc, said: "nothing is restored: the journal is new", recorded: 3,
		},
		"all": {before: run(fine, abc...), inputs: abc, said: "3 of 3 inputs are restored", restored: 3},
		"some": {
			before: run(fine, "x", "b", "y"), inputs: abc, restored: 1, recorded: 2,
			said: "1 of 3 inputs is restored; 2 recorded are no inputs of this run",
		},
		"others": {
			before: run(fine, "x", "y"), inputs: abc, recorded: 3,
			said: "nothing is restored: no input has the key of any of the 2 recorded",
		},
		"all failed": {
			before: run(fails, abc...), inputs: abc, recorded: 3,
			said: "nothing is restored: the 3 recorded have not succeeded, and run again",
		},
		"some failed": {
			before: run(func(in string) error {
				if in == "b" {
					return errors.New("no")
				}
				return nil
			}, abc...),
			inputs: abc, restored: 2, recorded: 1, said: "2 of 3 inputs are restored; 1 recorded as failed runs again",
		},
		"failures kept": {
			before: run(fails, abc...), opts: journal.Options{KeepFailed: true}, inputs: abc, restored: 3,
			said: "3 of 3 inputs are restored",
		},
		"nothing settled": {before: cancelled, inputs: abc, recorded: 3, said: "nothing is restored: the runs before have recorded nothing"},
		"fresh only": {
			before: run(fine, "a"), opts: journal.Options{FreshOnly: true}, inputs: abc, restored: 1, recorded: 2,
			said: "1 of 3 inputs is recorded, and skipped (FreshOnly)",
		},
		"adopted": {
			before: run(fine, "a"), opts: journal.Options{Version: "v2", Adopt: true}, inputs: abc, restored: 1, recorded: 2,
			said: `1 of 3 inputs is restored; Version "" is adopted`,
		},
		"as they come":      {before: run(fine, "a"), seq: true, inputs: abc, restored: 1, recorded: 2, said: "what is recorded is restored as its inputs come"},
		"as they come, new": {seq: true, inputs: abc, recorded: 3, said: "nothing is restored: the journal is new"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "j")
			if c.before != nil {
				c.before(t, path)
			}
			j := open(t, path, c.opts)
			defer j.Close()
			var e eye
			var b journals.Book
			opts := mapper.Options{Journal: j, Observer: &e, ReturnExceptions: true}
			var stats mapper.Stats
			if c.seq {
				r, err := mapper.Start(t.Context(), b.Fn, slices.Values(c.inputs), opts)
				require.NoError(t, err)
				journals.All(t, r.Results())
				require.NoError(t, r.Wait())
				stats = r.Stats()
			} else {
				_, _ = mapper.Collect(t.Context(), b.Fn, c.inputs, opts)
			}
			require.Equal(t, c.said, e.said(t, path))
			counts := e.counts()
			require.Equal(t, mapper.Journaled{Restored: c.restored, Recorded: c.recorded}, counts.Journaled)
			require.Len(t, b.Calls, c.recorded, "the others were not executed")
			if c.seq {
				require.Equal(t, counts.Journaled, stats.Journaled)
			}
		})
	}
}

// run is an earlier life.
func run(fails func(string) error, inputs ...string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		j := open(t, path, journal.Options{})
		b := journals.Book{Fails: fails}
		_, _ = mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true})
		require.NoError(t, j.Close())
	}
}

// cancelled is one that has settled nothing.
func cancelled(t *testing.T, path string) {
	j := open(t, path, journal.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := mapper.Collect(ctx, func(ctx context.Context, _ string) (string, error) {
		cancel()
		<-ctx.Done()
		return "", context.Cause(ctx)
	}, []string{"a", "b", "c"}, mapper.Options{Journal: j})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, j.Close())
}

// TestSeenOnAFunction: each run on a function says what its own journal has.
func TestSeenOnAFunction(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	run(func(string) error { return nil }, "a")(t, path)
	j := open(t, path, journal.Options{})
	defer j.Close()
	var e eye
	var b journals.Book
	f, err := mapper.Deploy(context.Background(), mapper.Plain(b.Fn), mapper.Options{Observer: &e})
	require.NoError(t, err)
	_, err = f.Collect(t.Context(), []string{"a", "b"}, mapper.RunOptions{})
	require.NoError(t, err)
	_, err = f.Collect(t.Context(), []string{"a", "b"}, mapper.RunOptions{Journal: j})
	require.NoError(t, err)
	require.NoError(t, f.Stop(context.Background()))
	require.Equal(t, "1 of 2 inputs is restored", e.said(t, path))
}

// TestDeathsSeen counts the deaths of the process, who is suspected of them, and who is convicted.
func TestDeathsSeen(t *testing.T) {
	t.Parallel()
	p := plan{Form: "Collect", Inputs: 20, Containers: 1, Killer: 7, Path: filepath.Join(t.TempDir(), "j")}
	watch := func(o journal.Options) (said string, first, last mapper.Journaled) {
		path := filepath.Join(t.TempDir(), "copy")
		for _, end := range []string{"", "-wal", "-run"} {
			text, err := os.ReadFile(p.Path + end)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path+end, text, 0o600))
		}
		j := open(t, path, o)
		defer j.Close()
		var e eye
		inputs := make([]int, p.Inputs)
		for i := range inputs {
			inputs[i] = i + 1
		}
		var once sync.Once
		_, err := mapper.Collect(t.Context(), func(_ context.Context, in int) (string, error) {
			once.Do(func() { first = e.counts().Journaled })
			return valueOf(in), nil
		}, inputs, mapper.Options{Journal: j, Observer: &e, Containers: 1, ReturnExceptions: true})
		if err != nil {
			var death *journal.DeathError
			require.ErrorAs(t, err, &death)
		}
		_, said, _ = strings.Cut(e.said(t, path), "; ")
		return said, first, e.counts().Journaled
	}
	lives := 0
	for ; lives < 3; lives++ {
		require.False(t, p.live(t, 0).ended)
	}
	said, first, last := watch(journal.Options{})
	require.Contains(t, said, "3 deaths of the process; 1 input suspected of that executes alone")
	require.Equal(t, []int{3, 1, 0}, []int{first.Deaths, first.Suspected, first.Convicted})
	require.Equal(t, []int{3, 0, 0}, []int{last.Deaths, last.Suspected, last.Convicted}, "it has come to its end")
	for ; lives < 5 && !p.live(t, 0).ended; lives++ {
	}
	require.Equal(t, 4, lives, "it is convicted, and the others are through")
}

// TestConvictedSeen is a later life of a journal with an input that is convicted.
func TestConvictedSeen(t *testing.T) {
	t.Parallel()
	p := plan{Form: "Collect", Inputs: 20, Containers: 1, Killer: 7, Path: filepath.Join(t.TempDir(), "j")}
	for lives := 0; !p.live(t, 0).ended; lives++ {
		require.Less(t, lives, 5)
	}
	j := open(t, p.Path, journal.Options{})
	defer j.Close()
	var e eye
	inputs := make([]int, p.Inputs)
	for i := range inputs {
		inputs[i] = i + 1
	}
	_, err := mapper.Collect(t.Context(), inWorker, inputs, mapper.Options{Journal: j, Observer: &e, ReturnExceptions: true})
	var death *journal.DeathError
	require.ErrorAs(t, err, &death)
	require.Equal(t, "19 of 20 inputs are restored; 4 deaths of the process; 1 input convicted of that does not execute", e.said(t, p.Path))
	require.Equal(t, mapper.Journaled{Restored: 19, Deaths: 4, Convicted: 1}, e.counts().Journaled)
}

// TestLagSeen holds commits up from outside: what is finished waits, is counted, and the first of it grows old.
func TestLagSeen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	defer j.Close()
	var e eye
	var b journals.Book
	_, err := mapper.Collect(t.Context(), b.Fn, journals.Texts(1), mapper.Options{Journal: j}) // so that the manifest is written
	require.NoError(t, err)
	free := lockOut(t, path)
	done := make(chan error, 1)
	go func() {
		_, err := mapper.Collect(t.Context(), b.Fn, journals.Texts(101), mapper.Options{Journal: j, Observer: &e, Containers: 4})
		done <- err
	}()
	require.Eventually(t, func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.view != nil && e.view.Counts().Unrecorded == 100
	}, 30*time.Second, time.Millisecond)
	c := e.counts()
	require.Zero(t, c.Recorded)
	require.LessOrEqual(t, c.Succeeded, 1)
	require.GreaterOrEqual(t, c.Pending, 100, "nobody is told of them yet")
	require.Positive(t, c.Lag)
	require.Eventually(t, func() bool { return e.counts().Lag > c.Lag }, 30*time.Second, time.Millisecond)
	free()
	require.NoError(t, <-done)
	require.Equal(t, mapper.Journaled{Restored: 1, Recorded: 100}, e.counts().Journaled)
}
