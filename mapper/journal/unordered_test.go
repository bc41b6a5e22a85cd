package journal_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// TestUnorderedKnows: an input that is recorded is not executed again, however far others have passed it by.
func TestUnorderedKnows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	inputs := journals.Texts(20_000)
	odd := func(in string) bool {
		i, err := strconv.Atoi(strings.TrimPrefix(in, "input"))
		require.NoError(t, err)
		return i%5 < 2
	}
	life := func(fails func(string) error) *journals.Book {
		b := &journals.Book{Fails: fails}
		j := open(t, path, journal.Options{})
		run, err := mapper.Start(t.Context(), b.Fn, slices.Values(inputs), mapper.Options{
			Journal: j, Containers: 4, Outstanding: 64, Unordered: true, ReturnExceptions: true,
		})
		require.NoError(t, err)
		n := 0
		for range run.All() {
			n++
		}
		require.NoError(t, run.Wait())
		require.Equal(t, len(inputs), n)
		require.NoError(t, j.Close())
		return b
	}
	life(func(in string) error {
		if odd(in) {
			return errors.New("not yet")
		}
		return nil
	})
	b := life(nil)
	for _, in := range inputs {
		require.Equal(t, odd(in), b.Calls[in] == 1, in)
	}
}
