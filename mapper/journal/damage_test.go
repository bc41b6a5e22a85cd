package journal_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/supervisor"
)

// outcomes of a damaged journal.
type outcomes struct{ right, again, refused int }

// tryDamaged opens a damaged journal and runs with it. Whatever it does, no value may be wrong, and
// an error says what is wrong.
func (o *outcomes) tryDamaged(t *testing.T, path string, inputs []string) {
	j, err := journal.Open(path, journal.Options{NoSync: true})
	var b journals.Book
	if err == nil {
		var out []string
		out, err = mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{Journal: j})
		for i, v := range out {
			if v != "" {
				require.Equal(t, "did "+inputs[i], v)
			}
		}
		if err == nil {
			require.Equal(t, journals.Did(inputs), out)
		}
		_ = j.Close()
	}
	switch {
	case err != nil:
		require.True(t, typed(err), "%T: %v", err, err)
		o.refused++
	case len(b.Calls) > 0:
		o.again++
	default:
		o.right++
	}
}

func typed(err error) bool {
	var (
		corrupt  *journal.CorruptError
		format   *journal.FormatError
		mismatch *journal.MismatchError
		broken   *journal.JournalError
	)
	return errors.As(err, &corrupt) || errors.As(err, &format) || errors.As(err, &mismatch) || errors.As(err, &broken)
}

// TestFlippedBytes damages a byte of the file at a time, and then of its WAL.
func TestFlippedBytes(t *testing.T) {
	t.Parallel()
	inputs := journals.Texts(100)
	live := filepath.Join(t.TempDir(), "j")
	j := open(t, live, journal.Options{})
	_, err := journals.Collect(t, j, inputs)
	require.NoError(t, err)
	old, err := os.ReadFile(live)
	require.NoError(t, err)
	wal, err := os.ReadFile(live + "-wal")
	require.NoError(t, err)
	require.NoError(t, j.Close())
	closed, err := os.ReadFile(live)
	require.NoError(t, err)

	try := func(name string, file, wal []byte, flip []byte, step int) {
		var o outcomes
		folder := t.TempDir()
		path := filepath.Join(folder, "j")
		for at := 0; at < len(flip); at += step {
			mask := byte(1) << (at / step % 8)
			flip[at] ^= mask
			require.NoError(t, os.WriteFile(path, file, 0o600))
			if wal != nil {
				require.NoError(t, os.WriteFile(path+"-wal", wal, 0o600))
			}
			o.tryDamaged(t, path, inputs)
			flip[at] ^= mask
			_ = os.Remove(path + "-wal")
			_ = os.Remove(path + "-shm")
		}
		t.Logf("%s: %+v", name, o)
		require.Positive(t, o.again+o.refused)
	}
	try("file", closed, nil, closed, 97)
	try("WAL", old, wal, wal, 97)
	try("header", closed, nil, closed[:100], 1)
}

// TestTruncated cuts the file off at any place.
func TestTruncated(t *testing.T) {
	t.Parallel()
	inputs := journals.Texts(150)
	whole, err := os.ReadFile(made(t, journal.Options{}, inputs...))
	require.NoError(t, err)
	var o outcomes
	path := filepath.Join(t.TempDir(), "j")
	for n := 1; n < len(whole); n += 509 {
		require.NoError(t, os.WriteFile(path, whole[:n], 0o600))
		o.tryDamaged(t, path, inputs)
	}
	t.Logf("%+v", o)
	require.Positive(t, o.refused)
}

// TestTornWAL cuts the WAL off at any place, as a power cut may: its rows are there up to some of them, and nothing is refused.
func TestTornWAL(t *testing.T) {
	t.Parallel()
	inputs := journals.Texts(150)
	live := filepath.Join(t.TempDir(), "j")
	j := open(t, live, journal.Options{})
	defer j.Close()
	_, err := journals.Collect(t, j, inputs[:60])
	require.NoError(t, err)
	_, err = journals.Collect(t, j, inputs)
	require.NoError(t, err)
	file, err := os.ReadFile(live)
	require.NoError(t, err)
	wal, err := os.ReadFile(live + "-wal")
	require.NoError(t, err)
	var o outcomes
	path := filepath.Join(t.TempDir(), "j")
	for n := 0; n <= len(wal); n += 509 {
		require.NoError(t, os.WriteFile(path, file, 0o600))
		require.NoError(t, os.WriteFile(path+"-wal", wal[:n], 0o600))
		o.tryDamaged(t, path, inputs)
		require.NoError(t, os.Remove(path))
		_ = os.Remove(path + "-wal")
		_ = os.Remove(path + "-shm")
	}
	t.Logf("%+v", o)
	require.Zero(t, o.refused)
	require.Positive(t, o.again)
}

// change does to the database of a journal what nobody should.
func change(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.Exec(statement)
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

// TestDamagedRow: the input runs again, and that is counted and told of.
func TestDamagedRow(t *testing.T) {
	t.Parallel()
	path := made(t, journal.Options{}, journals.Texts(50)...)
	change(t, path, "UPDATE results SET value = 'wrong' WHERE idx = 7")
	j := open(t, path, journal.Options{})
	defer j.Close()
	var mu sync.Mutex
	var again []int
	var b journals.Book
	run, err := mapper.Start(t.Context(), b.Fn, slices.Values(journals.Texts(50)), mapper.Options{
		Journal: j,
		Observer: supervisor.ObserverFunc(func(e supervisor.Event) {
			if e.Kind == supervisor.InputRerun && errors.Is(e.Err, mapper.ErrDamaged) {
				mu.Lock()
				defer mu.Unlock()
				again = append(again, e.Input)
			}
		}),
	})
	require.NoError(t, err)
	for r := range run.All() {
		require.NoError(t, r.Err)
		require.Equal(t, "did "+r.Input, r.Value)
	}
	require.NoError(t, run.Wait())
	require.Equal(t, 1, run.Stats().Damaged)
	require.Equal(t, 49, run.Stats().Restored)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []int{7}, again)
}

// TestSwappedRows: a row that stands in the place of another is not taken for it.
func TestSwappedRows(t *testing.T) {
	t.Parallel()
	path := made(t, journal.Options{}, journals.Texts(50)...)
	change(t, path, `UPDATE results SET (value, attempts, sum) = (SELECT value, attempts, sum FROM results WHERE idx = 9) WHERE idx = 8;
		UPDATE results SET (key, value, attempts, sum) = (SELECT key, value, attempts, sum FROM results WHERE idx = 3) WHERE idx = 2`)
	j := open(t, path, journal.Options{})
	defer j.Close()
	b, err := journals.Collect(t, j, journals.Texts(50))
	require.NoError(t, err, "which compares the values")
	require.Equal(t, map[string]int{journals.Texts(50)[8]: 1, journals.Texts(50)[2]: 1}, b.Calls)
}

// TestDamagedBegun: an input that was begun is not begun again, though its row is damaged.
func TestDamagedBegun(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	var b journals.Book
	opts := mapper.Options{Journal: j, AtMostOnce: true, ReturnExceptions: true}
	_, err := mapper.Collect(t.Context(), b.Fn, journals.Texts(20), opts)
	require.NoError(t, err)
	require.NoError(t, j.Close())
	change(t, path, "UPDATE results SET value = 'wrong' WHERE idx = 7")
	j = open(t, path, journal.Options{})
	defer j.Close()
	var again journals.Book
	opts.Journal = j
	_, err = mapper.Collect(t.Context(), again.Fn, journals.Texts(20), opts)
	require.ErrorIs(t, err, mapper.ErrInterrupted)
	require.Empty(t, again.Calls)
}
