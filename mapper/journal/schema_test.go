package journal

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUpdate brings a journal to formats that may come: all of the steps that it lacks, or none.
func TestUpdate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	require.NoError(t, makeNew(path))
	d, err := openDatabase(path, readWrite)
	require.NoError(t, err)
	defer d.Close()
	second, third := []string{"CREATE TABLE second (a)"}, []string{"CREATE TABLE third (a)", "INSERT INTO third VALUES (1)"}
	broken := []string{"CREATE TABLE fourth (a)", "no SQL"}

	require.NoError(t, d.update(path, nil), "it is of the first")
	require.Error(t, d.update(path, [][]string{second, third, broken}))
	require.Error(t, d.exec("INSERT INTO second VALUES (1)"), "nothing has changed")
	require.NoError(t, d.update(path, [][]string{second}))
	require.NoError(t, d.update(path, [][]string{second, third}))
	require.NoError(t, d.update(path, [][]string{second, third}), "there is nothing left to do")
	require.NoError(t, d.exec("INSERT INTO third VALUES (2)"))
	require.Equal(t, &FormatError{Path: path, Format: 3, Known: 2}, d.update(path, [][]string{second}))
}
