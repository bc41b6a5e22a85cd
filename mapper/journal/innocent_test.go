package journal_test

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestInnocent is a program that dies some time after each of its starts, for a reason that has nothing to do
// with its inputs. One input takes longer than that, so that it never comes to its end, and is mostly hit alone. It is
// not convicted, however often that happens, and all others come to an end meanwhile.
func TestInnocent(t *testing.T) {
	t.Parallel()
	for _, p := range []plan{
		{Form: "Collect", Inputs: 200, Containers: 4, Slow: 1, Long: 2 * time.Second, Dies: 300 * time.Millisecond},
		// of three lives one executes others: it has to be long enough for more than its start, also on a slow machine
		{Form: "unordered", Inputs: 200, Containers: 2, Slow: 100, Long: 3 * time.Second, Dies: 900 * time.Millisecond},
	} {
		t.Run(p.Form, func(t *testing.T) {
			t.Parallel()
			p.Path, p.Work = filepath.Join(t.TempDir(), "j"), 3*time.Millisecond
			began, delivered := 0, map[int]bool{}
			for n := 0; n < 20 || (p.Form == "unordered" && len(delivered) < p.Inputs-1 && n < 100); n++ {
				l := p.live(t, 0)
				require.False(t, l.ended)
				require.Empty(t, l.err)
				require.Empty(t, l.failed)
				if slices.Contains(l.executed, p.Slow) {
					began++
				}
				for _, in := range l.delivered {
					delivered[in] = true
				}
			}
			require.GreaterOrEqual(t, began, 6)
			if p.Form == "unordered" {
				require.Len(t, delivered, p.Inputs-1, "%v", slices.Sorted(maps.Keys(delivered)))
			}
			p.Dies, p.Long = 0, 0
			l := p.live(t, 0)
			require.True(t, l.ended, l.err)
			require.Empty(t, l.failed)
			require.Len(t, l.delivered, p.Inputs)
		})
	}
}
