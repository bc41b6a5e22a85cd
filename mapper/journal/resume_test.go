package journal_test

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/policy"
)

// book notes what is executed.
type book struct {
	mu    sync.Mutex
	calls map[string]int
	fails func(in string) error
}

func (b *book) fn(_ context.Context, in string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls == nil {
		b.calls = map[string]int{}
	}
	b.calls[in]++
	if b.fails != nil {
		if err := b.fails(in); err != nil {
			return "", err
		}
	}
	return "did " + in, nil
}

func open(t testing.TB, path string, o journal.Options) *journal.File {
	o.NoSync = true // these tests kill nobody
	j, err := journal.Open(path, o)
	require.NoError(t, err)
	return j
}

func did(inputs []string) []string {
	var out []string
	for _, in := range inputs {
		out = append(out, "did "+in)
	}
	return out
}

// all reads a channel of results, by index.
func all[In, Out any](t testing.TB, results <-chan mapper.Result[In, Out]) (values []Out, errs map[int]error) {
	errs = map[int]error{}
	for r := range results {
		require.GreaterOrEqual(t, r.Index, 0, r.Err)
		for len(values) <= r.Index {
			values = append(values, *new(Out))
		}
		values[r.Index] = r.Value
		if r.Err != nil {
			errs[r.Index] = r.Err
		}
	}
	return values, errs
}

func collected(t testing.TB) func([]string, error) ([]string, map[int]error) {
	return func(out []string, err error) ([]string, map[int]error) {
		errs := map[int]error{}
		var failures *mapper.FailuresError
		if errors.As(err, &failures) {
			for _, f := range failures.Failures {
				errs[f.Index] = f.Err
			}
		} else {
			require.NoError(t, err)
		}
		return out, errs
	}
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
	_, err := mapper.Deploy(t.Context(), mapper.Plain((&book{}).fn), mapper.Options{Journal: j})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "Journal", invalid.Field)

	run, err := mapper.Start(t.Context(), (&book{}).fn, slices.Values(texts(3)), mapper.Options{Journal: j})
	require.NoError(t, err)
	_, err = mapper.Collect(t.Context(), (&book{}).fn, texts(3), mapper.Options{Journal: j})
	require.ErrorAs(t, err, &invalid, "one run at a time")
	require.Equal(t, "Journal", invalid.Field)
	for r := range run.All() {
		require.NoError(t, r.Err)
	}
	_, err = mapper.Collect(t.Context(), (&book{}).fn, texts(3), mapper.Options{Journal: j})
	require.NoError(t, err, "the other run is over")
	require.NoError(t, j.Close())
	require.NoError(t, j.Close())
	_, err = mapper.Collect(t.Context(), (&book{}).fn, texts(3), mapper.Options{Journal: j})
	var closed *mapper.JournalError
	require.ErrorAs(t, err, &closed)
	res := <-mapper.Map(t.Context(), (&book{}).fn, texts(3), mapper.Options{Journal: j})
	require.Equal(t, -1, res.Index)
	require.ErrorAs(t, res.Err, &closed)
}
