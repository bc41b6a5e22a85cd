package backlog_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// check compares what the backlog says with the model.
func (m *model) check(t *rapid.T) {
	require.Equal(t, len(m.returned)+len(m.due)+len(m.struck), m.Inputs())
	require.Equal(t, len(m.returned)+len(m.due), m.Batchable())
	require.Equal(t, m.Inputs() > 0, m.Any())
	require.Equal(t, len(m.struck) > 0, m.Struck())
	require.Equal(t, m.fresh() > 0, m.InReach())
	require.Equal(t, len(m.due)+len(m.late)+len(m.struck), m.Count())
	out := 0
	for _, h := range m.out {
		out += h.ch.N
	}
	require.Equal(t, m.total, out+m.settled+m.Count()+m.fresh()+len(m.aside), "each input is at one place")
}

// end compares what is left with the model.
func (m *model) end(t *rapid.T) {
	m.Stop()
	tasks, chunks := m.Unsettled()
	require.ElementsMatch(t, slices.Concat(m.struck, m.due, m.late, m.aside), tasks)
	var fresh []int
	for _, ch := range chunks {
		in := typed.Of[int, int](ch).In[:ch.N]
		require.Equal(t, ch.Lo, in[0])
		fresh = append(fresh, in...)
	}
	require.ElementsMatch(t, m.returned, fresh)
	require.False(t, m.room.control.Finished(m.now()), "nobody waits for a control any more")
	tasks, chunks = m.Unsettled()
	require.Empty(t, tasks)
	require.Empty(t, chunks)
}

// bubble has no deadline: that of a bubble may not be asked for.
type bubble struct{ rapid.TB }

// TestBacklogKeepsTheRules drives a backlog and the model alike.
func TestBacklogKeepsTheRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubble{t}, func(t *rapid.T) {
			m := drawModel(t)
			defer m.Stop()
			for range rapid.IntRange(1, 120).Draw(t, "steps") {
				m.step(t)
				m.check(t)
			}
			m.end(t)
		})
	})
}
