package runtimes

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

var orphans = []string{"blocked", "busy", "signals ignored", "stopped", "grandchildren, blocked"}

func init() { employers["orphans"] = employOrphans }

// employOrphans has workers that never end by themselves.
func employOrphans(dir string) {
	in := make([]order, len(orphans))
	for i, do := range orphans {
		in[i] = order{N: i, Do: do, Dir: dir}
	}
	_, _ = mapper.Collect(context.Background(), obey, in, mapper.Options{
		Containers: len(in), Runtime: process.New(process.Options{}),
	})
}

// TestOrphans kills a parent: its workers and their children follow. (In a quiet machine
// that takes milliseconds; how long it has taken is in the log.)
func TestOrphans(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), employer+"=orphans:"+dir, family+"="+dir)
	require.NoError(t, parent.Start())
	t.Cleanup(func() {
		_ = parent.Process.Kill()
		_ = parent.Wait()
	})
	everybody := 1 + len(orphans) + 20
	eventually(t, "all are at it", func() bool {
		return len(begun(t, dir)) == len(orphans) && len(relatives(dir)) == everybody
	})
	require.NoError(t, parent.Process.Kill())
	killed := time.Now()
	_ = parent.Wait()
	eventually(t, "all are gone", func() bool { return len(relatives(dir)) == 0 })
	t.Logf("%d processes were gone %v after their parent", everybody-1, time.Since(killed).Round(time.Millisecond))
	require.FileExists(t, filepath.Join(dir, journal))
}
