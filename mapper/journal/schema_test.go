package journal

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/logbook"
)

// TestUpdate brings a journal to formats that may come: all of the steps that it lacks, or none.
func TestUpdate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	require.NoError(t, makeNew(path))
	d, err := openDatabase(path, readWrite)
	require.NoError(t, err)
	defer d.Close()
	now := migrations()
	with := func(steps ...[]string) [][]string { return append(slices.Clone(now), steps...) }
	next, last := []string{"CREATE TABLE next (a)"}, []string{"CREATE TABLE last (a)", "INSERT INTO last VALUES (1)"}
	broken := []string{"CREATE TABLE beyond (a)", "no SQL"}

	require.NoError(t, d.update(path, now), "it is of the newest")
	require.Error(t, d.update(path, with(next, last, broken)))
	require.Error(t, d.exec("INSERT INTO next VALUES (1)"), "nothing has changed")
	require.NoError(t, d.update(path, with(next)))
	require.NoError(t, d.update(path, with(next, last)))
	require.NoError(t, d.update(path, with(next, last)), "there is nothing left to do")
	require.NoError(t, d.exec("INSERT INTO last VALUES (2)"))
	require.Equal(t, &FormatError{Path: path, Format: format + 2, Known: format + 1}, d.update(path, with(next)))
}

// TestOldFormat opens a journal of the first format: it is read as it is, and brought up to date by its owner.
func TestOldFormat(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	require.NoError(t, makeNew(path))
	d, err := openDatabase(path, readWrite)
	require.NoError(t, err)
	for f := format; f > 1; f-- {
		for _, s := range added[f] {
			require.NoError(t, d.exec("DROP TABLE "+s.name))
		}
	}
	require.NoError(t, d.exec("PRAGMA user_version = 1"))
	key := logbook.Key{7}
	r := row{idx: 0, key: key[:], attempts: 1, value: "a value"}
	require.NoError(t, d.run(insertOne, []any{r.idx, r.key, r.state, r.attempts, r.value, r.input, r.sum()}))
	require.NoError(t, d.run("INSERT INTO deaths VALUES (?, 2, 1)", []any{key[:]}))
	require.NoError(t, d.Close())

	old, err := Read(path)
	require.NoError(t, err)
	require.Equal(t, Stats{Succeeded: 1}, old.Stats())

	f, err := Open(path, Options{})
	require.NoError(t, err)
	defer f.Close()
	have, err := f.db.format()
	require.NoError(t, err)
	require.Equal(t, format, have)
	var s suspicion
	require.NoError(t, s.load(f.db))
	require.Equal(t, map[logbook.Key]held{key: {deaths: 2, certain: 1}}, s.All)
}
