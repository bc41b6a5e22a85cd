package journal_test

import (
	"context"
	"iter"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/policy"
)

func open(t testing.TB, path string, o journal.Options) *journal.File {
	o.NoSync = true // these tests kill nobody
	j, err := journal.Open(path, o)
	require.NoError(t, err)
	return j
}

func TestRefusedDoors(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "j"), journal.Options{})
	var invalid *policy.InvalidError
	several := func(context.Context, int) iter.Seq2[int, error] { return nil }
	for o := range mapper.Stream(t.Context(), several, slices.Values([]int{1}), mapper.Options{Journal: j}) {
		require.ErrorAs(t, o.Err, &invalid)
		require.Equal(t, "Journal", invalid.Field)
	}
	_, err := mapper.Deploy(t.Context(), mapper.Plain((&journals.Book{}).Fn), mapper.Options{Journal: j})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "Journal", invalid.Field)

	run, err := mapper.Start(t.Context(), (&journals.Book{}).Fn, slices.Values(journals.Texts(3)), mapper.Options{Journal: j})
	require.NoError(t, err)
	_, err = mapper.Collect(t.Context(), (&journals.Book{}).Fn, journals.Texts(3), mapper.Options{Journal: j})
	require.ErrorAs(t, err, &invalid, "one run at a time")
	require.Equal(t, "Journal", invalid.Field)
	for r := range run.All() {
		require.NoError(t, r.Err)
	}
	_, err = mapper.Collect(t.Context(), (&journals.Book{}).Fn, journals.Texts(3), mapper.Options{Journal: j})
	require.NoError(t, err, "the other run is over")
	require.NoError(t, j.Close())
	require.NoError(t, j.Close())
	_, err = mapper.Collect(t.Context(), (&journals.Book{}).Fn, journals.Texts(3), mapper.Options{Journal: j})
	var closed *mapper.JournalError
	require.ErrorAs(t, err, &closed)
	res := <-mapper.Map(t.Context(), (&journals.Book{}).Fn, journals.Texts(3), mapper.Options{Journal: j})
	require.Equal(t, -1, res.Index)
	require.ErrorAs(t, res.Err, &closed)
}
