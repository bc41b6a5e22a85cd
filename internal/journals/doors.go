package journals

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
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

func did(inputs []string) []string {
	var out []string
	for _, in := range inputs {
		out = append(out, "did "+in)
	}
	return out
}

func texts(n int) []string {
	inputs := make([]string, n)
	for i := range inputs {
		inputs[i] = fmt.Sprintf("input%011d", i)
	}
	return inputs
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

// doors are all ways to run a function with a journal, on an iterator or a slice.
var doors = map[string]func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error){
	"Map": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.Map(t.Context(), b.fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Map unordered": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.Map(t.Context(), b.fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true, Unordered: true}))
	},
	"MapSeq": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.MapSeq(t.Context(), b.fn, slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"MapSeq, narrow": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.MapSeq(t.Context(), b.fn, slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true, Containers: 2, Outstanding: 2}))
	},
	"Start": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		run, err := mapper.Start(t.Context(), b.fn, slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true})
		require.NoError(t, err)
		defer func() { require.NoError(t, run.Wait()) }()
		return all(t, run.Results())
	},
	"Collect": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return collected(t)(mapper.Collect(t.Context(), b.fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"WithState": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		body := mapper.WithState(func(context.Context) (int, error) { return 1, nil },
			func(ctx context.Context, _ int, in string) (string, error) { return b.fn(ctx, in) }, nil)
		return collected(t)(body.Collect(t.Context(), inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Batched": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return collected(t)(mapper.Batched(b.batch, mapper.Batch{Size: 7}).Collect(t.Context(), inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Batched.MapSeq": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.Batched(b.batch, mapper.Batch{Size: 7}).MapSeq(t.Context(), slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Function.Map": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		f := deployed(t, b)
		defer func() { require.NoError(t, f.Stop(context.Background())) }()
		return all(t, f.Map(t.Context(), inputs, mapper.RunOptions{Journal: j, ReturnExceptions: true}))
	},
	"Function.Collect": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		f := deployed(t, b)
		defer func() { require.NoError(t, f.Stop(context.Background())) }()
		return collected(t)(f.Collect(t.Context(), inputs, mapper.RunOptions{Journal: j, ReturnExceptions: true}))
	},
}

func (b *book) batch(ctx context.Context, inputs []string) (out []string, err error) {
	each := make(mapper.Errors, len(inputs))
	for i, in := range inputs {
		v, err := b.fn(ctx, in)
		out = append(out, v)
		each[i] = err
	}
	if !slices.ContainsFunc(each, func(err error) bool { return err != nil }) {
		return out, nil
	}
	return out, each
}

func deployed(t testing.TB, b *book) *mapper.Function[string, string] {
	f, err := mapper.Deploy(context.Background(), mapper.Plain(b.fn), mapper.Options{Containers: 4})
	require.NoError(t, err)
	return f
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

func collect(t testing.TB, j mapper.Journal, inputs []string) (*book, error) {
	var b book
	out, err := mapper.Collect(t.Context(), b.fn, inputs, mapper.Options{Journal: j})
	if err == nil {
		require.Equal(t, did(inputs), out)
	}
	return &b, err
}
