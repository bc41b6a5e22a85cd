package durable

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestKnown: whatever is set, forgotten and asked for, in whatever order, is as in a slice.
func TestKnown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bits := make([]bool, rapid.IntRange(1, 1000).Draw(t, "inputs"))
		lists := rapid.Bool().Draw(t, "of an iterator")
		var k knowledge = newKnown(len(bits))
		if lists {
			k = newPulled()
		}
		index := rapid.IntRange(0, len(bits)-1)
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			lo := index.Draw(t, "lo")
			n := rapid.IntRange(1, len(bits)-lo).Draw(t, "n")
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				bits[lo] = rapid.Bool().Draw(t, "known")
				k.set(lo, bits[lo])
			case 1:
				same, first := k.stretch(lo, n)
				require.Equal(t, bits[lo], first)
				for j := range same {
					require.Equal(t, first, bits[lo+j])
				}
				if same < n {
					require.NotEqual(t, first, bits[lo+same])
				}
				if first {
					k.forget(lo, same)
					clear(bits[lo : lo+same])
					if !lists {
						for i := range same {
							k.set(lo+i, false)
						}
					}
				}
			}
			n = 0
			for _, yes := range bits {
				if yes {
					n++
				}
			}
			require.Equal(t, n, k.count())
		}
	})
}
