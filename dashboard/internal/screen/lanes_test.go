package screen

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// Blocks of one outcome that touch are drawn as one, and each is wide enough to be seen.
func TestLanePath(t *testing.T) {
	t.Parallel()
	block := func(outcome string, from, to int) history.Block {
		at := func(units int) time.Time { return time.UnixMilli(int64(units * laneUnits)) }
		return history.Block{From: at(from), To: at(to), Outcome: outcome}
	}
	lane := history.Lane{Blocks: []history.Block{
		block("succeeded", 10, 12), block("failed", 12, 12), block("succeeded", 12, 15), block("succeeded", 15, 15),
		block("failed", 16, 18), block("succeeded", 20, 21), block("failed", 21, 22), block("crashed", 22, 22),
	}}
	require.Equal(t, "M10 5h6m4 0h1", lanePath(lane, "succeeded"))
	require.Equal(t, "M12 8h1m3 0h2m3 0h1", lanePath(lane, "failed"))
	require.Equal(t, "M22 5h1", lanePath(lane, "crashed"))
	require.Empty(t, lanePath(lane, "running"))
	anew := history.Lane{Blocks: []history.Block{block("succeeded", laneWrap-2, laneWrap-1), block("succeeded", laneWrap+3, laneWrap+5)}}
	require.Equal(t, "M499998 5h1m-499996 0h2", lanePath(anew, "succeeded"))
}
