package journal_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// TestStoredFirst: an unordered run over a slice delivers what is recorded before anything else, wherever that stands
// among the inputs and however few results may wait. What is damaged runs again, and counts as new.
func TestStoredFirst(t *testing.T) {
	t.Parallel()
	inputs := journals.Texts(4000)
	isNew := func(in string) bool { return in[len(in)-1]%2 == 1 || in < inputs[100] }
	for _, outstanding := range []int{4, 100, 0} {
		path := filepath.Join(t.TempDir(), "j")
		j := open(t, path, journal.Options{})
		first := &journals.Book{Fails: func(in string) error {
			if isNew(in) {
				return errors.New("no")
			}
			return nil
		}}
		_, errs := journals.All(t, mapper.Map(t.Context(), first.Fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
		require.NotEmpty(t, errs)
		require.NoError(t, j.Close())
		change(t, path, "UPDATE results SET value = 'wrong' WHERE idx = 2222")
		j = open(t, path, journal.Options{})
		var order []string
		var b journals.Book
		for r := range mapper.Map(t.Context(), b.Fn, inputs, mapper.Options{
			Journal: j, Unordered: true, Containers: min(4, max(outstanding, 1)), Outstanding: outstanding,
		}) {
			require.NoError(t, r.Err)
			require.Equal(t, "did "+r.Input, r.Value)
			order = append(order, r.Input)
		}
		at := slices.IndexFunc(order, func(in string) bool { return isNew(in) || in == inputs[2222] })
		for _, in := range order[at:] {
			require.True(t, isNew(in) || in == inputs[2222], "%s is recorded, and came after %s", in, order[at])
		}
		slices.Sort(order)
		require.Equal(t, inputs, order)
		require.Len(t, b.Calls, len(inputs)-at)
		require.NoError(t, j.Close())
	}
}

// TestStoredFirstAndFailed: the first failure ends the run, and what is recorded was delivered before.
func TestStoredFirstAndFailed(t *testing.T) {
	t.Parallel()
	inputs := journals.Texts(2000)
	path := made(t, journal.Options{}, inputs[1:]...)
	j := open(t, path, journal.Options{})
	defer j.Close()
	b := &journals.Book{Fails: func(string) error { return errors.New("no") }}
	delivered := 0
	var last error
	for r := range mapper.Map(t.Context(), b.Fn, inputs, mapper.Options{Journal: j, Unordered: true, Outstanding: 100}) {
		require.NoError(t, last)
		if last = r.Err; last == nil {
			delivered++
		}
	}
	require.Error(t, last)
	require.Equal(t, len(inputs)-1, delivered)
}
