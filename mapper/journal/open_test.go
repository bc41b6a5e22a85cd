package journal_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// made is the path of a journal with some results.
func made(t testing.TB, o journal.Options, inputs ...string) string {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, o)
	_, err := journals.Collect(t, j, inputs)
	require.NoError(t, err)
	require.NoError(t, j.Close())
	return path
}

func constant[Out any](v Out) func(context.Context, string) (Out, error) {
	return func(context.Context, string) (Out, error) { return v, nil }
}

// TestMismatch changes one thing at a time: the error names it, and both values.
func TestMismatch(t *testing.T) {
	t.Parallel()
	path := made(t, journal.Options{Version: "1"}, "a", "b")
	for field, run := range map[string]func(*journal.File) error{
		"Name": func(j *journal.File) error {
			_, err := mapper.Collect(t.Context(), constant(""), []string{"a"}, mapper.Options{Journal: j, Name: "other"})
			return err
		},
		"In": func(j *journal.File) error {
			_, err := mapper.Collect(t.Context(), func(context.Context, int) (string, error) { return "", nil }, []int{1}, mapper.Options{Journal: j})
			return err
		},
		"Out": func(j *journal.File) error {
			_, err := mapper.Collect(t.Context(), constant(1), []string{"a"}, mapper.Options{Journal: j})
			return err
		},
		"CrashLimit": func(j *journal.File) error {
			_, err := mapper.Collect(t.Context(), constant(""), []string{"a"}, mapper.Options{Journal: j, CrashLimit: 5})
			return err
		},
	} {
		j := open(t, path, journal.Options{Version: "1"})
		var mismatch *journal.MismatchError
		require.ErrorAs(t, run(j), &mismatch, field)
		require.Equal(t, field, mismatch.Field)
		require.NotEqual(t, mismatch.Recorded, mismatch.Given)
		require.NotContains(t, mismatch.Error(), "Adopt", "it is of no use here")
		require.NoError(t, j.Close())
	}
	for field, o := range map[string]journal.Options{
		"Version": {Version: "2"},
		"Key":     {Version: "1", Key: journal.KeyOf(func(s string) string { return s })},
		"Codec":   {Version: "1", Codec: codec{}},
	} {
		_, err := journal.Open(path, o)
		var mismatch *journal.MismatchError
		require.ErrorAs(t, err, &mismatch, field)
		require.Equal(t, field, mismatch.Field)
		require.Equal(t, field == "Version", strings.Contains(mismatch.Error(), "or Adopt"), field)
	}
	j := open(t, path, journal.Options{}) // no version: no check
	require.NoError(t, j.Close())
	for range 2 { // the second time it is recorded
		j := open(t, path, journal.Options{Version: "2", Adopt: true})
		b, err := journals.Collect(t, j, []string{"a", "b"})
		require.NoError(t, err)
		require.Empty(t, b.Calls)
		require.NoError(t, j.Close())
	}
	j = open(t, path, journal.Options{Version: "2"})
	require.NoError(t, j.Close())
}

type codec struct{}

func (codec) Name() string                { return "other" }
func (codec) Marshal(any) ([]byte, error) { return nil, errors.ErrUnsupported }
func (codec) Unmarshal([]byte, any) error { return errors.ErrUnsupported }

// TestForeign opens what is no journal, or one from the future. It stays as it was.
func TestForeign(t *testing.T) {
	t.Parallel()
	newer := made(t, journal.Options{}, "a")
	db, err := sql.Open("sqlite", newer)
	require.NoError(t, err)
	_, err = db.Exec("PRAGMA user_version = 99")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	other := filepath.Join(t.TempDir(), "other.db")
	db, err = sql.Open("sqlite", other)
	require.NoError(t, err)
	_, err = db.Exec("CREATE TABLE mine (a)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("results: none\n"), 0o600))
	for path, known := range map[string]int{newer: 99, other: 0, text: 0} {
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = journal.Open(path, journal.Options{})
		var format *journal.FormatError
		require.ErrorAs(t, err, &format)
		require.Equal(t, known, format.Format)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, before, after)
		entries, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		require.Len(t, entries, 1, "nothing is left beside it")
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, err := journal.Open(folder, journal.Options{})
	require.ErrorIs(t, err, syscall.EISDIR)
	_, err = journal.Open(filepath.Join(folder, "none", "j"), journal.Options{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	var failed *journal.JournalError
	require.ErrorAs(t, err, &failed)

	for name, to := range map[string]string{"to a folder": folder, "to nothing": filepath.Join(folder, "none")} {
		link := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.Symlink(to, link))
		_, err = journal.Open(link, journal.Options{})
		require.ErrorAs(t, err, &failed, name)
	}
	empty := filepath.Join(folder, "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	j := open(t, empty, journal.Options{})
	require.NoError(t, j.Close())

	odd := filepath.Join(folder, "a?b=c %20#d") // as names go in URLs
	j = open(t, odd, journal.Options{})
	_, err = journals.Collect(t, j, []string{"a"})
	require.NoError(t, err)
	require.NoError(t, j.Close())
	info, err := os.Stat(odd)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode())
	link := filepath.Join(folder, "link")
	require.NoError(t, os.Symlink(odd, link))
	j = open(t, link, journal.Options{})
	b, err := journals.Collect(t, j, []string{"a"})
	require.NoError(t, err)
	require.Empty(t, b.Calls)
	_, err = journal.Open(odd, journal.Options{})
	var locked *journal.LockedError
	require.ErrorAs(t, err, &locked, "one lock for both names")
	require.NoError(t, j.Close())
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 3, "nothing is left beside a journal that is closed")
}

// TestDeletedJournal leaves the files beside it, which are of no use without it.
func TestDeletedJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	_, err := journals.Collect(t, j, journals.Texts(500))
	require.NoError(t, err)
	wal, err := os.ReadFile(path + "-wal")
	require.NoError(t, err)
	require.NotEmpty(t, wal)
	require.NoError(t, j.Close())
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.WriteFile(path+"-wal", wal, 0o600))
	j = open(t, path, journal.Options{})
	defer j.Close()
	b, err := journals.Collect(t, j, journals.Texts(500))
	require.NoError(t, err)
	require.Len(t, b.Calls, 500)
}

// TestLocked has a second owner, in this process and from another one.
func TestLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	_, err := journal.Open(path, journal.Options{})
	var locked *journal.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, os.Getpid(), locked.PID)
	host, err := os.Hostname()
	require.NoError(t, err)
	require.Equal(t, host, locked.Host)
	require.False(t, locked.Since.IsZero())
	l := plan{Path: path, Form: "Collect", Inputs: 1, Containers: 1}.live(t, 0)
	require.Contains(t, l.err, "in use by process")
	require.NoError(t, j.Close())
	l = plan{Path: path, Form: "Collect", Inputs: 1, Containers: 1}.live(t, 0)
	require.True(t, l.ended, l.err)
}

// TestStoppedOwner: a process that is stopped keeps its journal, as long as that takes, and goes on
// afterwards.
func TestStoppedOwner(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("stops a process by a signal")
	}
	p := plan{Path: filepath.Join(t.TempDir(), "j"), Form: "Collect", Inputs: 20, Containers: 1, Killer: 10, Stops: true}
	ended := make(chan life, 1)
	go func() { ended <- p.liveTill(t, time.Second, continueSignal) }()
	var locked *journal.LockedError
	for {
		if _, err := os.Stat(p.Path); err == nil { // else this process would make it
			break
		}
		runtime.Gosched()
	}
	_, err := journal.Open(p.Path, journal.Options{})
	require.ErrorAs(t, err, &locked)
	l := <-ended
	require.True(t, l.ended, l.err)
	require.Len(t, l.delivered, p.Inputs)
}
