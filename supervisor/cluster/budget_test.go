package cluster

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPurse: what is asked for is given in turn, never more than there is, but for one that is larger than all.
func TestPurse(t *testing.T) {
	t.Parallel()
	var p purse
	half, rest := p.ask(budget/2), p.ask(budget/2)
	small, huge, late := p.ask(1), p.ask(2*budget), p.ask(1)
	given := func(want ...*grant) {
		t.Helper()
		for _, g := range []*grant{half, rest, small, huge, late} {
			found := false
			for _, w := range want {
				found = found || w == g
			}
			require.Equal(t, found, g.has())
		}
	}
	given(half, rest)
	half.back()
	given(half, rest, small)
	rest.back()
	given(half, rest, small)
	small.back()
	given(half, rest, small, huge)
	p.ask(1).back()
	huge.back()
	given(half, rest, small, huge, late)
	late.back()
	(*grant)(nil).back()
	require.Zero(t, p.out)
	require.Empty(t, p.queue)
	waits := p.ask(budget)
	p.ask(budget).back() // which was never given
	waits.back()
	require.Zero(t, p.out)
	require.Empty(t, p.queue)
}
