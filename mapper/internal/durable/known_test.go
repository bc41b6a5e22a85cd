package durable

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestKnown is a window that slides over a set of indices.
func TestKnown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		window := rapid.IntRange(1, 300).Draw(t, "window")
		bits := rapid.SliceOfN(rapid.Bool(), 1, 1000).Draw(t, "known")
		k := newKnown(window)
		for i, yes := range bits {
			k.set(i, yes)
			lo := max(i-window+1, 0)
			n := i - lo + 1
			same, first := k.stretch(lo, n)
			require.Equal(t, bits[lo], first)
			for j := range same {
				require.Equal(t, first, bits[lo+j])
			}
			if same < n {
				require.NotEqual(t, first, bits[lo+same])
			}
		}
	})
}
