package journals

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// moved lets a journal live through lists of inputs that are permuted, grown, shrunk and have
// equal ones. The model of it is a map: how many rows a content has.
func (p Place) moved(t *testing.T) {
	t.Parallel()
	names := slices.Collect(maps.Keys(doors))
	slices.Sort(names)
	rapid.Check(t, func(rt *rapid.T) {
		name := p.Name(t)
		recorded, hasFailed := map[string]int{}, map[string]bool{}
		for range rapid.IntRange(2, 5).Draw(rt, "lives") {
			inputs := rapid.SliceOfN(rapid.StringMatching(`[a-f]{1,2}`), 0, 40).Draw(rt, "inputs")
			bad := rapid.StringMatching(`[a-f]`).Draw(rt, "bad")
			door := rapid.SampledFrom(names).Draw(rt, "door")
			b := &Book{Fails: func(in string) error {
				if in[:1] == bad {
					return errors.New("no")
				}
				return nil
			}}
			j := p.Open(t, name, Options{})
			out, errs := doors[door](t, b, inputs, j)
			if len(out) > 0 || len(inputs) > 0 {
				require.Len(rt, out, len(inputs))
			}
			require.NoError(rt, j.Close())

			wanted := map[string]int{}
			for i, in := range inputs {
				wanted[in]++
				if wanted[in] > recorded[in] && in[:1] == bad {
					require.Contains(rt, errs, lastOf(inputs, in, errs), "%d", i)
				}
			}
			executed := map[string]int{}
			for in, n := range wanted {
				if more := n - recorded[in]; more > 0 {
					executed[in] = more
					if in[:1] != bad {
						recorded[in] = n
					}
				}
			}
			for in, n := range b.Calls {
				// Along an iterator a failure at the right place is taken for its input's, although
				// farther on an equal one has succeeded: then that runs again.
				if !hasFailed[in] {
					require.Equal(rt, executed[in], n)
				}
			}
			for in, n := range executed {
				require.GreaterOrEqual(rt, b.Calls[in], n)
			}
			for i := range errs {
				hasFailed[inputs[i]] = true
			}
			for i, in := range inputs {
				if errs[i] == nil {
					require.Equal(rt, "did "+in, out[i])
				} else {
					require.Equal(rt, bad, in[:1])
				}
			}
		}
	})
}

// lastOf is the last index of an input that has failed.
func lastOf(inputs []string, in string, errs map[int]error) int {
	for i := len(inputs) - 1; i >= 0; i-- {
		if inputs[i] == in && errs[i] != nil {
			return i
		}
	}
	return -1
}
