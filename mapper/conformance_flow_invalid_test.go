package mapper_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// refused is what comes of options that do not go together, by what the case calls them.
var refused = map[string]func(t *testing.T) []error{
	"Hedge, AtMostOnce": func(t *testing.T) []error {
		return everywhere(t, mapper.Plain(square), mapper.Options{Hedge: policy.Hedge{After: 1}, AtMostOnce: true})
	},
	"Hedge, Stream or Batched": func(t *testing.T) []error {
		opts := mapper.Options{Hedge: policy.Hedge{After: 1}}
		outputs := func(context.Context, int) iter.Seq2[int, error] { return func(func(int, error) bool) {} }
		var errs []error
		for o := range mapper.Stream(t.Context(), outputs, slices.Values(ints(1)), opts) {
			errs = append(errs, o.Err)
		}
		return append(errs, everywhere(t, pairs(), opts)...)
	},
	"FailureLimit, without ReturnExceptions": func(t *testing.T) []error {
		_, err := mapper.Collect(t.Context(), square, ints(1), mapper.Options{FailureLimit: policy.FailureLimit{Count: 1}})
		return []error{err}
	},
	"FailureLimit, Deploy": func(t *testing.T) []error {
		_, err := mapper.Deploy(t.Context(), mapper.Plain(square), mapper.Options{FailureLimit: policy.FailureLimit{Count: 1}})
		return []error{err}
	},
	"Capacity, without Weighted, and the reverse": func(t *testing.T) []error {
		weighted := mapper.Plain(square).Weighted(func(int) int64 { return 1 })
		return append(everywhere(t, mapper.Plain(square), mapper.Options{Capacity: 1}), everywhere(t, weighted, mapper.Options{})...)
	},
	"Expand, Call, Spawn, Stream, Batched": func(t *testing.T) []error { // it is a body of its own, so that it cannot be one of the others
		body := mapper.Expanding(func(_ context.Context, i int, _ func(...int)) (int, error) { return i, nil }, mapper.Frontier[int]{})
		f, err := mapper.Deploy(t.Context(), body, mapper.Options{})
		require.NoError(t, err)
		_, called := f.Call(t.Context(), 1)
		_, spawned := f.Spawn(t.Context(), 1)
		require.NoError(t, f.Stop(t.Context()))
		return []error{called, spawned}
	},
}

// pairs is a body over batches.
func pairs() mapper.Body[int, int] {
	return mapper.Batched(func(_ context.Context, in []int) ([]int, error) { return in, nil }, mapper.Batch{Size: 2})
}

// everywhere is what a run and a function say of the options.
func everywhere(t *testing.T, body mapper.Body[int, int], opts mapper.Options) []error {
	_, ran := body.Collect(t.Context(), ints(1), opts)
	_, deployed := mapper.Deploy(t.Context(), body, opts)
	return []error{ran, deployed}
}

func runInvalidCase(t *testing.T, c conformance.Case) {
	setup := decodeCase[struct {
		Field string `json:"field"`
		With  string `json:"with_"`
	}](t, c.Setup)
	want := decodeCase[struct {
		Error string `json:"error"`
		Field string `json:"field"`
	}](t, c.Want())
	play := refused[setup.Field+", "+setup.With]
	require.NotNil(t, play, "%s, %s", setup.Field, setup.With)
	require.Equal(t, "*policy.InvalidError", want.Error)
	errs := play(t)
	require.NotEmpty(t, errs)
	for _, err := range errs {
		requireField(t, want.Field, err)
	}
}
