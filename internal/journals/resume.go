package journals

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// doors runs each door twice: what has failed the first time runs again, and nothing else, and
// what it returns is as if nothing had happened.
func (p Place) doors(t *testing.T) {
	t.Parallel()
	for name, run := range doors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			name := p.Name(t)
			inputs := Texts(200)
			first := &Book{Fails: func(in string) error {
				if in[len(in)-1] == '3' {
					return errors.New("no")
				}
				return nil
			}}
			j := p.Open(t, name, Options{})
			_, errs := run(t, first, inputs, j)
			require.Len(t, errs, 20)
			require.NoError(t, j.Close())

			second := &Book{}
			j = p.Open(t, name, Options{})
			out, errs := run(t, second, inputs, j)
			require.Empty(t, errs)
			require.Equal(t, Did(inputs), out)
			require.Len(t, second.Calls, 20)

			third := &Book{} // in the same process
			out, _ = run(t, third, inputs, j)
			require.Equal(t, Did(inputs), out)
			require.Empty(t, third.Calls)
			require.NoError(t, j.Close())
		})
	}
}

// counts says what the journal had.
func (p Place) counts(t *testing.T) {
	t.Parallel()
	j := p.Open(t, p.Name(t), Options{})
	defer j.Close()
	_, err := Collect(t, j, Texts(60))
	require.NoError(t, err)
	run, err := mapper.Start(t.Context(), (&Book{}).Fn, slices.Values(Texts(100)), mapper.Options{Journal: j})
	require.NoError(t, err)
	for r := range run.All() {
		require.NoError(t, r.Err)
	}
	s := run.Stats()
	require.Equal(t, []int{100, 60, 0}, []int{s.Succeeded, s.Restored, s.Unrecorded})
}

// each has no values to store.
func (p Place) each(t *testing.T) {
	t.Parallel()
	j := p.Open(t, p.Name(t), Options{})
	defer j.Close()
	var b Book
	fn := func(ctx context.Context, in string) error {
		_, err := b.Fn(ctx, in)
		return err
	}
	for range 2 {
		require.NoError(t, mapper.Each(t.Context(), fn, Texts(100), mapper.Options{Journal: j}))
	}
	require.Len(t, b.Calls, 100)
	for _, n := range b.Calls {
		require.Equal(t, 1, n)
	}
}

// inFront puts one input in front of the others: by their index alone all of them would get
// another one's value.
func (p Place) inFront(t *testing.T) {
	t.Parallel()
	for name, run := range doors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := p.Open(t, p.Name(t), Options{})
			defer j.Close()
			inputs := Texts(3000)
			_, errs := run(t, &Book{}, inputs, j)
			require.Empty(t, errs)
			inputs = append([]string{"new"}, inputs...)
			for _, executed := range []map[string]int{{"new": 1}, {}} {
				var b Book
				out, _ := run(t, &b, inputs, j)
				require.Equal(t, Did(inputs), out)
				require.Equal(t, executed, orEmpty(b.Calls))
			}
		})
	}
}

// freshOnly delivers what is new, and in its place.
func (p Place) freshOnly(t *testing.T) {
	t.Parallel()
	name := p.Name(t)
	inputs := Texts(3000)
	j := p.Open(t, name, Options{})
	_, err := mapper.Collect(t.Context(), (&Book{}).Fn, inputs[:1000], mapper.Options{Journal: j})
	require.NoError(t, err)
	require.NoError(t, j.Close())
	for _, unordered := range []bool{false, true} {
		j = p.Open(t, name, Options{FreshOnly: true})
		var fresh []string
		b := &Book{Fails: func(string) error { return errors.New("no") }} // so that they are new twice
		for r := range mapper.Map(t.Context(), b.Fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true, Unordered: unordered}) {
			fresh = append(fresh, r.Input)
		}
		slices.Sort(fresh)
		require.Equal(t, inputs[1000:], fresh)
		require.NoError(t, j.Close())
	}
	j = p.Open(t, name, Options{FreshOnly: true})
	defer j.Close()
	out, err := mapper.Collect(t.Context(), (&Book{}).Fn, inputs, mapper.Options{Journal: j})
	require.NoError(t, err)
	require.Equal(t, append(make([]string, 1000), Did(inputs[1000:])...), out)
}

// attempts are those of the life in which an input has succeeded.
func (p Place) attempts(t *testing.T) {
	t.Parallel()
	j := p.Open(t, p.Name(t), Options{})
	defer j.Close()
	seen := map[string]bool{}
	flaky := func(_ context.Context, in string) (string, error) {
		if in == "b" && !seen[in] {
			seen[in] = true
			return "", policy.RetryAfter(errors.New("later"), 0)
		}
		return in, nil
	}
	opts := mapper.Options{Journal: j, Containers: 1, Retries: policy.FixedRetries(1)}
	for range 2 {
		var attempts []int
		for r := range mapper.Map(t.Context(), flaky, []string{"a", "b", "c"}, opts) {
			require.NoError(t, r.Err)
			attempts = append(attempts, r.Attempts)
		}
		require.Equal(t, []int{1, 2, 1}, attempts)
	}
	require.Equal(t, fmt.Sprint(map[string]bool{"b": true}), fmt.Sprint(seen))
}

func orEmpty(m map[string]int) map[string]int {
	if m == nil {
		return map[string]int{}
	}
	return m
}
