package journal_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCrashesOfWorkers has an input that crashes its worker process, in a program that dies after each crash: it
// has its last in another life than its first, nobody is suspected of the deaths, and no other input suffers.
func TestCrashesOfWorkers(t *testing.T) {
	t.Parallel()
	p := plan{
		Form: "crashing processes", Inputs: 20, Containers: 2, Killer: badInWorker, Path: filepath.Join(t.TempDir(), "j"),
		Work: 150 * time.Millisecond,
	}
	reran, lives := 0, 0
	for {
		l := p.live(t, 0)
		require.Empty(t, l.err)
		reran += len(l.reran)
		lives++
		require.Zero(t, suspects(t, p.Path), "inputs in workers are not blamed for the parent")
		if l.ended {
			require.Len(t, l.failed, 1)
			require.Contains(t, l.failed[badInWorker], "exit")
			require.Len(t, l.delivered, p.Inputs-1)
			break
		}
		require.Less(t, lives, 4)
	}
	require.Equal(t, 2, reran, "the third crash is the last, whichever life that is in")
	require.Greater(t, lives, 1)
	p.Killer = 0 // which has been settled, and begins anew as any failure does
	l := p.live(t, 0)
	require.True(t, l.ended, l.err)
	require.Equal(t, slices.Repeat([]int{badInWorker}, 2), l.reran)
}
