package journal_test

import (
	"context"
	"path/filepath"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// TestIdleContainersKeepNoInputs: a container that notes what it executes lets go of its last run when it has nothing to do.
func TestIdleContainersKeepNoInputs(t *testing.T) {
	t.Parallel()
	type block struct{ Bytes [1 << 16]byte }
	j, err := journal.Open(filepath.Join(t.TempDir(), "run.db"), journal.Options{Key: func(any) string { return "only" }})
	require.NoError(t, err)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, in *block) (int, error) { return len(in.Bytes), nil }),
		mapper.Options{Scale: mapper.Scale{Min: 1, Max: 1}})
	require.NoError(t, err)
	var input weak.Pointer[block]
	func() {
		in := new(block)
		input = weak.Make(in)
		_, err := f.Collect(t.Context(), []*block{in}, mapper.RunOptions{Journal: j})
		require.NoError(t, err)
	}()
	require.NoError(t, j.Close())
	require.Eventually(t, func() bool {
		runtime.GC()
		return input.Value() == nil
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, f.Stop(t.Context()))
}
