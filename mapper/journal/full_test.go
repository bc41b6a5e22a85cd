package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// breaks runs with a journal that cannot be written any more at some time. It returns what was
// delivered: that is recorded.
func breaks(t *testing.T, j *journal.File, inputs []string, unordered bool) map[string]bool {
	delivered := map[string]bool{}
	var b journals.Book
	var last error
	for r := range mapper.Map(t.Context(), b.Fn, inputs, mapper.Options{Journal: j, Unordered: unordered, Containers: 4}) {
		require.NoError(t, last, "nothing follows the end")
		if last = r.Err; last == nil {
			require.Equal(t, "did "+r.Input, r.Value)
			delivered[r.Input] = true
		}
	}
	var broken *mapper.JournalError
	require.ErrorAs(t, last, &broken)
	require.NotEmpty(t, broken.Op)
	require.NotEmpty(t, broken.Path)
	return delivered
}

// goesOn is the next life, with room: nothing that was delivered runs again.
func goesOn(t *testing.T, path string, inputs []string, delivered map[string]bool) {
	j := open(t, path, journal.Options{})
	b, err := journals.Collect(t, j, inputs)
	require.NoError(t, err)
	for in := range delivered {
		require.Zero(t, b.Calls[in])
	}
	require.NoError(t, j.Close())
}

// TestFullAtAnyPage lets the database have so many pages and no more.
func TestFullAtAnyPage(t *testing.T) {
	t.Parallel()
	inputs := journals.Texts(6000)
	most := 0
	for pages := 1; pages <= 64; pages++ {
		path := filepath.Join(t.TempDir(), "j")
		j := open(t, path, journal.Options{})
		require.NoError(t, j.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)))
		delivered := breaks(t, j, inputs, pages%2 == 0)
		require.NoError(t, j.Close())
		goesOn(t, path, inputs, delivered)
		most = max(most, len(delivered))
	}
	require.Positive(t, most)
}

// TestFullIsENOSPC is the error of Collect, which returns what is recorded.
func TestFullIsENOSPC(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	require.NoError(t, j.Exec("PRAGMA max_page_count = 40"))
	inputs := journals.Texts(6000)
	var b journals.Book
	out, err := mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true})
	require.ErrorIs(t, err, syscall.ENOSPC)
	var failures *mapper.FailuresError
	require.ErrorAs(t, err, &failures)
	values := 0
	for i, v := range out {
		if v != "" {
			require.Equal(t, "did "+inputs[i], v)
			values++
		}
	}
	require.Len(t, failures.Failures, len(inputs)-values, "each input has a value or fails")
	require.NoError(t, j.Close())
}

// TestFullDisk has a file system of any size.
func TestFullDisk(t *testing.T) {
	folder := t.TempDir()
	if err := mount(folder, 1<<20); err != nil {
		t.Skip("a file system cannot be mounted here:", err)
	}
	unmount(folder)
	inputs := journals.Texts(6000)
	var sizes []int // each number of pages up to 64, and then on to where runs get far
	for size := 4 << 10; size <= 512<<10; size += 4 << 10 {
		if size <= 256<<10 || size%(32<<10) == 0 {
			sizes = append(sizes, size)
		}
	}
	for _, size := range sizes {
		require.NoError(t, mount(folder, size))
		path := filepath.Join(folder, "j")
		j, err := journal.Open(path, journal.Options{})
		if err == nil {
			delivered := breaks(t, j, inputs, false)
			_ = j.Close()
			require.NoError(t, remount(folder, 16<<20))
			goesOn(t, path, inputs, delivered)
		} else {
			require.ErrorIs(t, err, syscall.ENOSPC)
		}
		unmount(folder)
	}
}

// TestFailsAtRecord has the k-th record fail: what was committed before is delivered, and nothing else.
func TestFailsAtRecord(t *testing.T) {
	t.Parallel()
	inputs := journals.Texts(3000)
	for _, k := range []int{0, 1, 63, 64, 65, 1000, 2999} {
		path := filepath.Join(t.TempDir(), "j")
		j := open(t, path, journal.Options{})
		require.NoError(t, j.Exec(fmt.Sprintf("CREATE TEMP TRIGGER fails BEFORE INSERT ON main.results WHEN (SELECT count(*) FROM results) >= %d BEGIN SELECT RAISE(ABORT, 'no more'); END", k)))
		delivered := breaks(t, j, inputs, false)
		require.LessOrEqual(t, len(delivered), k)
		require.NoError(t, j.Close())
		goesOn(t, path, inputs, delivered)
	}
}

// TestDeletedWhileRunning notices that what it writes would be gone with the process.
func TestDeletedWhileRunning(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	var b journals.Book
	b.Fails = func(in string) error {
		if in == journals.Texts(200)[100] {
			return os.Remove(path)
		}
		return nil
	}
	_, err := mapper.Collect(t.Context(), b.Fn, journals.Texts(50_000), mapper.Options{Journal: j})
	require.ErrorIs(t, err, os.ErrNotExist)
	var broken *mapper.JournalError
	require.ErrorAs(t, err, &broken)
	_ = j.Close()
}

// TestClosedWhileRunning ends the run.
func TestClosedWhileRunning(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "j"), journal.Options{})
	fn := func(_ context.Context, in string) (string, error) { return in, j.Close() }
	_, err := mapper.Collect(t.Context(), fn, journals.Texts(100), mapper.Options{Journal: j})
	var broken *mapper.JournalError
	require.ErrorAs(t, err, &broken)
}

// TestReadOnly has a journal that may be read and no more.
func TestReadOnly(t *testing.T) {
	folder := t.TempDir()
	if err := mount(folder, 1<<20); err != nil {
		t.Skip("a file system cannot be mounted here:", err)
	}
	defer unmount(folder)
	path := filepath.Join(folder, "j")
	j := open(t, path, journal.Options{})
	_, err := journals.Collect(t, j, []string{"a"})
	require.NoError(t, err)
	require.ErrorIs(t, freeze(folder), syscall.EBUSY, "the system refuses that while a run writes")
	require.NoError(t, j.Close())
	require.NoError(t, freeze(folder))
	_, err = journal.Open(path, journal.Options{})
	require.ErrorIs(t, err, syscall.EROFS)
	var failed *journal.JournalError
	require.True(t, errors.As(err, &failed))
}
