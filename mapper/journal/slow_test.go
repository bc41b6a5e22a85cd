package journal_test

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSlowDisk has each sync of the disk take 200 ms longer, and values of 256 KB that cost nothing to make. Work goes on
// while the disk is waited for, many results share one sync, and what waits for its record is bounded, whatever Outstanding
// allows.
func TestSlowDisk(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" || underRace {
		t.Skip("knows SQLite's way to files only on Linux, without the race detector")
	}
	p := plan{
		Form: "unordered", Inputs: 400, Containers: 4, Large: 256 << 10, Outstanding: 1000,
		Path: filepath.Join(t.TempDir(), "j"), SlowSync: 200 * time.Millisecond,
	}
	l := p.live(t, 0)
	require.True(t, l.ended, l.err)
	require.Len(t, l.executed, p.Inputs)
	require.Len(t, l.delivered, p.Inputs)
	t.Logf("%d syncs, at most %d results that waited", l.syncs, l.waited)
	require.Positive(t, l.syncs)
	require.Less(t, l.syncs, p.Inputs/4)
	require.Greater(t, l.waited, 2*p.Containers, "work goes on")
	const most = 64<<20 + 4<<20 // what waits for its record, and what is in the transaction
	require.Less(t, l.waited*p.Large, most+most/5)
	p.SlowSync = 0
	l = p.live(t, 0)
	require.True(t, l.ended, l.err)
	require.Empty(t, l.executed)
}
