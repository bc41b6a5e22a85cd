package rounds

import (
	"context"
	"errors"
	"flag"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPlay: chosen scenes take turns, and each row is the median of its own figures.
func TestPlay(t *testing.T) {
	t.Parallel()
	large := false
	o, err := Parse("x", []string{"-only", "^a", "-rounds", "3", "-large"}, func(fs *flag.FlagSet) { fs.BoolVar(&large, "large", false, "") })
	require.NoError(t, err)
	require.True(t, large)
	next := 0.
	one := func(name string) Scene {
		return Scene{name, []Row{{"up", "s", "≤ 1"}, {"down", "", ""}}, func(context.Context) ([]float64, error) {
			next++
			return []float64{next, -next}, nil
		}}
	}
	var out strings.Builder
	require.NoError(t, o.Play(t.Context(), &out, []Scene{one("a1"), one("b"), one("a2")}))
	require.Equal(t, `| what | median | bar |
| --- | ---: | ---: |
| a1: up | 3 s | ≤ 1 |
| a1: down | -3  |  |
| a2: up | 4 s | ≤ 1 |
| a2: down | -4  |  |
`, out.String())
	out.Reset()
	absent := Scene{"a", []Row{{"up", "s", "≤ 1"}}, func(context.Context) ([]float64, error) { return []float64{math.NaN()}, nil }}
	require.NoError(t, o.Play(t.Context(), &out, []Scene{absent}))
	require.Contains(t, out.String(), "| a: up | not installed | ≤ 1 |")
	bad := errors.New("no")
	out.Reset()
	err = o.Play(t.Context(), &out, []Scene{{"a", nil, func(context.Context) ([]float64, error) { return nil, bad }}, absent})
	require.ErrorIs(t, err, bad)
	require.ErrorContains(t, err, "a: no")
	require.Contains(t, out.String(), "| a | failed | |\n| a: up | not installed | ≤ 1 |", "the others go on")
	out.Reset()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, o.Play(ended, &out, []Scene{absent}), context.Canceled)
	require.Contains(t, out.String(), "| a | failed | |")
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-only", "("}, {"-x"}, {"-rounds", "0"}} {
		_, err := Parse("x", args, nil)
		require.Error(t, err)
	}
}
