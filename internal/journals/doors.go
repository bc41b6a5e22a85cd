package journals

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// doors are all ways to run a function with a journal, on an iterator or a slice.
var doors = map[string]func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error){
	"Map": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return All(t, mapper.Map(t.Context(), b.Fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Map unordered": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return All(t, mapper.Map(t.Context(), b.Fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true, Unordered: true}))
	},
	"MapSeq": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return All(t, mapper.MapSeq(t.Context(), b.Fn, slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"MapSeq, narrow": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return All(t, mapper.MapSeq(t.Context(), b.Fn, slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true, Containers: 2, Outstanding: 2}))
	},
	"Start": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		run, err := mapper.Start(t.Context(), b.Fn, slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true})
		require.NoError(t, err)
		defer func() { require.NoError(t, run.Wait()) }()
		return All(t, run.Results())
	},
	"Collect": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return Collected(t)(mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"WithState": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		body := mapper.WithState(func(context.Context) (int, error) { return 1, nil },
			func(ctx context.Context, _ int, in string) (string, error) { return b.Fn(ctx, in) }, nil)
		return Collected(t)(body.Collect(t.Context(), inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Batched": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return Collected(t)(mapper.Batched(b.batch, mapper.Batch{Size: 7}).Collect(t.Context(), inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Batched.MapSeq": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return All(t, mapper.Batched(b.batch, mapper.Batch{Size: 7}).MapSeq(t.Context(), slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Function.Map": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		f := deployed(t, b)
		defer func() { require.NoError(t, f.Stop(context.Background())) }()
		return All(t, f.Map(t.Context(), inputs, mapper.RunOptions{Journal: j, ReturnExceptions: true}))
	},
	"Function.Collect": func(t testing.TB, b *Book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		f := deployed(t, b)
		defer func() { require.NoError(t, f.Stop(context.Background())) }()
		return Collected(t)(f.Collect(t.Context(), inputs, mapper.RunOptions{Journal: j, ReturnExceptions: true}))
	},
}

func (b *Book) batch(ctx context.Context, inputs []string) (out []string, err error) {
	each := make(mapper.Errors, len(inputs))
	for i, in := range inputs {
		v, err := b.Fn(ctx, in)
		out = append(out, v)
		each[i] = err
	}
	if !slices.ContainsFunc(each, func(err error) bool { return err != nil }) {
		return out, nil
	}
	return out, each
}

func deployed(t testing.TB, b *Book) *mapper.Function[string, string] {
	f, err := mapper.Deploy(context.Background(), mapper.Plain(b.Fn), mapper.Options{Containers: 4})
	require.NoError(t, err)
	return f
}
