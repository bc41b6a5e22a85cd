package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/policy"
)

// TestOneFileAfterClose: everything is in the one file then, which stays, and rows have been replaced
// in their places.
func TestOneFileAfterClose(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "j")
	inputs := journals.Texts(3000)
	life := func(o journal.Options, fails bool) int64 {
		j := open(t, path, o)
		var b journals.Book
		if fails {
			b.Fails = func(in string) error { return errors.New("did " + in + " not") }
		}
		_, err := mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true})
		require.Equal(t, fails, err != nil)
		wal, err := os.Stat(path + "-wal")
		require.NoError(t, err)
		require.Positive(t, wal.Size(), "it was not all in the one file before")
		require.NoError(t, j.Close())
		files, err := os.ReadDir(folder)
		require.NoError(t, err)
		for _, f := range files {
			info, err := f.Info()
			require.NoError(t, err)
			require.True(t, f.Name() == "j" || info.Size() == 0, "%s has %d bytes", f.Name(), info.Size())
		}
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Size()
	}
	first := life(journal.Options{}, true)
	second := life(journal.Options{}, true)
	require.LessOrEqual(t, second, first+first/10, "failures have replaced failures")
	third := life(journal.Options{}, false)
	require.LessOrEqual(t, third, first+first/10, "values have replaced failures")
	require.Len(t, entries(t, path), len(inputs), "it is kept at success")

	alone := filepath.Join(t.TempDir(), "moved")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(alone, text, 0o600))
	require.Len(t, entries(t, alone), len(inputs), "the one file is all there is to copy")
}

// TestFailureLimit: what was settled before the limit is recorded, what the end of the run has cut short
// is not, and the next run goes on there.
func TestFailureLimit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	inputs := journals.Texts(200)
	bad := map[string]bool{}
	for _, in := range inputs[50:80] {
		bad[in] = true
	}
	limited := func(j mapper.Journal, b *journals.Book, late string) ([]string, error) {
		fn := func(ctx context.Context, in string) (string, error) {
			if late != "" && in >= late {
				<-ctx.Done() // the run ends over the others
				return "", context.Cause(ctx)
			}
			return b.Fn(ctx, in)
		}
		return mapper.Collect(t.Context(), fn, inputs, mapper.Options{
			Journal: j, Containers: 2, ReturnExceptions: true, FailureLimit: policy.FailureLimit{Count: 10},
		})
	}
	fails := func(in string) error {
		if bad[in] {
			return errors.New("no")
		}
		return nil
	}
	j := open(t, path, journal.Options{})
	first := journals.Book{Fails: fails}
	out, err := limited(j, &first, inputs[100])
	var limit *mapper.FailureLimitError
	require.ErrorAs(t, err, &limit)
	require.NoError(t, j.Close())
	recorded := map[int]journal.Entry{}
	failed := 0
	for _, e := range entries(t, path) {
		recorded[e.Index] = e
		if e.State == journal.Failed {
			require.Equal(t, "no", e.Err.Text, "the end of the run is nobody's failure")
			failed++
		}
	}
	require.GreaterOrEqual(t, failed, 10)
	require.LessOrEqual(t, len(recorded), 100, "what was cut short is not")
	for i, v := range out {
		if v != "" {
			require.Equal(t, journal.Succeeded, recorded[i].State)
		}
	}

	j = open(t, path, journal.Options{})
	defer j.Close()
	var second journals.Book
	out, err = limited(j, &second, "")
	require.NoError(t, err)
	require.Equal(t, journals.Did(inputs), out)
	for i, in := range inputs {
		want := 1
		if e, is := recorded[i]; is && e.State == journal.Succeeded {
			want = 0
		}
		require.Equal(t, want, second.Calls[in], "input %d", i)
	}
}

// TestTotalTimeout: an input that has used up its time is recorded as that, and has all of it in the next life.
func TestTotalTimeout(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	life := func(o journal.Options, late bool) error {
		j := open(t, path, o)
		defer func() { require.NoError(t, j.Close()) }()
		_, err := mapper.Collect(t.Context(), func(ctx context.Context, in string) (string, error) {
			if late && in == "b" {
				<-ctx.Done()
				return "", context.Cause(ctx)
			}
			return in, nil
		}, []string{"a", "b"}, mapper.Options{Journal: j, ReturnExceptions: true, TotalTimeout: 50 * time.Millisecond, Retries: policy.FixedRetries(2)})
		return err
	}
	require.ErrorIs(t, life(journal.Options{}, true), mapper.ErrTimeout)
	all := entries(t, path)
	require.Equal(t, []journal.State{journal.Succeeded, journal.Failed}, []journal.State{all[0].State, all[1].State})
	require.Equal(t, "timeout", all[1].Err.Kind)
	require.ErrorIs(t, life(journal.Options{KeepFailed: true}, false), mapper.ErrTimeout, "the class of a stored failure")
	require.NoError(t, life(journal.Options{}, false))
}

// TestFailureLimitAtMostOnce: of what may be begun once, nothing that the limit has cut short begins again, and what was not
// begun does.
func TestFailureLimitAtMostOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	inputs := journals.Texts(200)
	calls := map[string]int{}
	for life := range 3 {
		j := open(t, path, journal.Options{})
		b := journals.Book{Fails: func(string) error {
			if life < 2 {
				return errors.New("no")
			}
			return nil
		}}
		_, err := mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{
			Journal: j, Containers: 2, ReturnExceptions: true, AtMostOnce: true, FailureLimit: policy.FailureLimit{Count: 30},
		})
		require.Error(t, err)
		require.NoError(t, j.Close())
		for in, n := range b.Calls {
			calls[in] += n
		}
	}
	for in, n := range calls {
		require.Equal(t, 1, n, in)
	}
}

// TestCloseBetweenCommits: a journal that is closed while its run writes has what was committed, and that is no error of Close.
func TestCloseBetweenCommits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	text := reflect.TypeFor[string]()
	log, err := j.Begin(t.Context(), logbook.About{In: text, Out: text})
	require.NoError(t, err)
	inputs, keys := []string{"committed", "not"}, make([]logbook.Key, 2)
	_, err = log.Keys(inputs, keys)
	require.NoError(t, err)
	for i := range inputs {
		if i == 1 {
			require.NoError(t, log.Commit())
		}
		_, _, err := log.Record(logbook.Entry{Lo: i, Keys: keys[i : i+1], Values: inputs[i : i+1], Inputs: inputs[i : i+1], Attempts: 1})
		require.NoError(t, err)
	}
	require.NoError(t, j.Close())
	require.Len(t, entries(t, path), 1)
	var broken *mapper.JournalError
	require.ErrorAs(t, log.Commit(), &broken)
	require.NoError(t, log.Close())
}
