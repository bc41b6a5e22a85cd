package journal_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// entries are all of a journal.
func entries(t testing.TB, path string) []journal.Entry {
	r, err := journal.Read(path)
	require.NoError(t, err)
	var all []journal.Entry
	for e, err := range r.All() {
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

type size struct{ W, H int }

func measure(_ context.Context, in string) (size, error) {
	if in == "bad" {
		return size{}, errors.New("no")
	}
	return size{len(in), 1}, nil
}

func TestRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{StoreInputs: true})
	inputs := []string{"a", "bb", "bad", "dddd"}
	_, err := mapper.Collect(t.Context(), measure, inputs, mapper.Options{Journal: j, ReturnExceptions: true})
	require.Error(t, err)
	for _, live := range []bool{true, false} {
		if !live {
			require.NoError(t, j.Close())
		}
		all := entries(t, path)
		require.Len(t, all, 4)
		for i, e := range all {
			require.Equal(t, i, e.Index)
			require.Len(t, e.Key, 32)
			require.Equal(t, 1, e.Attempts)
			require.JSONEq(t, strconv.Quote(inputs[i]), string(e.Input))
		}
		require.Equal(t, json.RawMessage(`{"W":2,"H":1}`), all[1].Value)
		require.Equal(t, journal.Failed, all[2].State)
		require.Equal(t, "no", all[2].Err.Text)
		r, err := journal.Read(path)
		require.NoError(t, err)
		require.Equal(t, 2, r.Prefix())
		require.Equal(t, journal.Stats{Succeeded: 3, Failed: 1}, r.Stats())

		var text bytes.Buffer
		require.NoError(t, r.Export(&text, journal.CSV))
		lines, err := csv.NewReader(&text).ReadAll()
		require.NoError(t, err)
		require.Len(t, lines, 5)
		require.Equal(t, []string{"0", all[0].Key, "succeeded", "1", `{"W":1,"H":1}`, "", "", `"a"`}, lines[1])
		require.Equal(t, []string{"2", all[2].Key, "failed", "1", "", "error", "no", `"bad"`}, lines[3])
		require.NoError(t, r.Export(&text, journal.JSONLines))
		for out := json.NewDecoder(&text); out.More(); {
			var line struct{ Index, Attempts int }
			require.NoError(t, out.Decode(&line))
			require.Equal(t, 1, line.Attempts)
		}
		require.Error(t, r.Export(&text, 7))
	}
}

// TestQuery is what people may ask with any SQLite.
func TestQuery(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	_, err := mapper.Collect(t.Context(), measure, []string{"a", "bb", "bad"}, mapper.Options{Journal: j, ReturnExceptions: true})
	require.Error(t, err)
	defer j.Close()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	require.NoError(t, err)
	defer db.Close()
	var sum, succeeded, failed int
	require.NoError(t, db.QueryRow("SELECT sum(value ->> 'W') FROM results WHERE state = 0").Scan(&sum))
	require.NoError(t, db.QueryRow("SELECT succeeded, failed FROM progress").Scan(&succeeded, &failed))
	require.Equal(t, []int{3, 2, 1}, []int{sum, succeeded, failed})
	var text string
	require.NoError(t, db.QueryRow("SELECT error FROM failures WHERE kind = 'error'").Scan(&text))
	require.Equal(t, "no", text)
}

// TestReadWhileRunning reads what is committed, beside its writer.
func TestReadWhileRunning(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	defer j.Close()
	delivered := 0
	var b journals.Book
	for r := range mapper.Map(t.Context(), b.Fn, journals.Texts(5000), mapper.Options{Journal: j}) {
		require.NoError(t, r.Err)
		if delivered++; delivered%1000 == 0 {
			require.GreaterOrEqual(t, len(entries(t, path)), delivered)
		}
	}
	reader, err := journal.Read(path)
	require.NoError(t, err)
	require.Equal(t, 5000, reader.Prefix())
}

func TestReadNothing(t *testing.T) {
	t.Parallel()
	_, err := journal.Read(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("none of ours"), 0o600))
	_, err = journal.Read(text)
	var format *journal.FormatError
	require.ErrorAs(t, err, &format)
}

// TestReadDamaged tells of the row that is damaged, and yields the others.
func TestReadDamaged(t *testing.T) {
	t.Parallel()
	path := made(t, journal.Options{}, journals.Texts(50)...)
	change(t, path, "UPDATE results SET value = 'wrong' WHERE idx = 7")
	r, err := journal.Read(path)
	require.NoError(t, err)
	require.Equal(t, journal.Stats{Succeeded: 49, Damaged: 1}, r.Stats())
	require.Equal(t, 7, r.Prefix())
	var corrupt *journal.CorruptError
	var text bytes.Buffer
	require.ErrorAs(t, r.Export(&text, journal.JSONLines), &corrupt)
	require.Equal(t, 49, bytes.Count(text.Bytes(), []byte("\n")))
	j := open(t, path, journal.Options{})
	defer j.Close()
	b, err := journals.Collect(t, j, journals.Texts(50))
	require.NoError(t, err)
	require.Equal(t, map[string]int{journals.Texts(50)[7]: 1}, b.Calls, "it runs again")
}
