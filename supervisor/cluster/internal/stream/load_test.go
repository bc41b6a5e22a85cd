package stream

import (
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/logbook"
)

// TestRest: what a consumer has not brought, since its server lags behind, the leader has; and what is gone there is counted.
func TestRest(t *testing.T) {
	t.Parallel()
	nc := connected(t)
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	defer js.CleanupPublisher()
	l := begun(t, nc, false)
	for i := range 3 {
		l.put(t, i, 10+i)
		require.NoError(t, l.Commit())
	}
	require.NoError(t, l.Close())
	whole, err := load(t.Context(), js, Name("a"), time.Minute)
	require.NoError(t, err)
	require.Len(t, whole.rows, 3)
	for lag := range 4 {
		c := &content{index: index{crashes: map[logbook.Key]logbook.Crashes{}}}
		for seq := uint64(1); seq <= whole.last-uint64(lag); seq++ {
			m, err := leaderGet(t.Context(), js, Name("a"), seq)
			require.NoError(t, err)
			require.NoError(t, c.take(seq, m.Data))
			c.last = seq
		}
		require.NoError(t, c.rest(t.Context(), js, Name("a"), whole.last))
		c.settle()
		require.Equal(t, whole, c, "%d behind", lag)
	}
	c := &content{index: index{crashes: map[logbook.Key]logbook.Crashes{}}}
	require.NoError(t, c.rest(t.Context(), js, Name("a"), whole.last+2))
	require.Equal(t, 2, c.damaged)
	require.True(t, slices.EqualFunc(whole.rows, c.rows, func(a, b ref) bool { return a == b }))
}
