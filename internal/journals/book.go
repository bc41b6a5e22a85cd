package journals

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// Book notes what is executed.
type Book struct {
	mu    sync.Mutex
	Calls map[string]int        // of each input
	Fails func(in string) error // nil: none does
}

// Fn is the function.
func (b *Book) Fn(_ context.Context, in string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Calls == nil {
		b.Calls = map[string]int{}
	}
	b.Calls[in]++
	if b.Fails != nil {
		if err := b.Fails(in); err != nil {
			return "", err
		}
	}
	return "did " + in, nil
}

// Did is the values of inputs that a Book has executed.
func Did(inputs []string) []string {
	var out []string
	for _, in := range inputs {
		out = append(out, "did "+in)
	}
	return out
}

// Texts is n inputs of 16 bytes.
func Texts(n int) []string {
	inputs := make([]string, n)
	for i := range inputs {
		inputs[i] = fmt.Sprintf("input%011d", i)
	}
	return inputs
}

// All reads a channel of results, by index.
func All[In, Out any](t testing.TB, results <-chan mapper.Result[In, Out]) (values []Out, errs map[int]error) {
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

// Collected reads what Collect returns, as All does.
func Collected(t testing.TB) func([]string, error) ([]string, map[int]error) {
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

// Collect executes inputs with a journal, and checks the values.
func Collect(t testing.TB, j mapper.Journal, inputs []string) (*Book, error) {
	var b Book
	out, err := mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{Journal: j})
	if err == nil {
		require.Equal(t, Did(inputs), out)
	}
	return &b, err
}
