//go:build unix

package journal_test

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/journal"
)

// owned is a child that has a journal open, has started another process, and executes.
func (p plan) owned(t *testing.T) (c *exec.Cmd, started int, end io.Closer) {
	c = p.command(t)
	end, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	said := bufio.NewReader(out)
	for {
		line, err := said.ReadString('\n')
		require.NoError(t, err, line)
		_, _ = fmt.Sscanf(line, "started %d", &started)
		if line[0] == 'x' || line[0] == 'd' || (p.Form == "processes" && started > 0) {
			return c, started, end
		}
	}
}

// TestForked kills an owner that has started other processes, which live on: none of them has the lock, neither those
// that the program starts nor workers.
func TestForked(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"Collect", "processes"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			p := plan{Form: form, Inputs: 200_000, Containers: 2, Work: 10 * time.Millisecond, Starts: "exec", Path: filepath.Join(t.TempDir(), "j")}
			c, started, end := p.owned(t)
			_, err := journal.Open(p.Path, journal.Options{})
			var locked *journal.LockedError
			require.ErrorAs(t, err, &locked)
			require.NoError(t, c.Process.Kill())
			_, err = c.Process.Wait() // and not Wait of the command, which ends the stdin of both
			require.NoError(t, err)
			j, err := journal.Open(p.Path, journal.Options{})
			require.NoError(t, err)
			require.NoError(t, syscall.Kill(started, 0), "the other lives")
			require.NoError(t, j.Close())
			require.NoError(t, end.Close())
		})
	}
}

// TestForkHolds has a process that was given the lock's descriptor on purpose outlive the owner. The next one is refused, is told
// why, and is not refused any more once that process ends.
func TestForkHolds(t *testing.T) {
	t.Parallel()
	p := plan{Form: "Collect", Inputs: 1000, Containers: 1, Work: 10 * time.Millisecond, Starts: "holds", Path: filepath.Join(t.TempDir(), "j")}
	c, _, end := p.owned(t)
	require.NoError(t, c.Process.Kill())
	_, err := c.Process.Wait()
	require.NoError(t, err)
	_, err = journal.Open(p.Path, journal.Options{})
	var locked *journal.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, c.Process.Pid, locked.PID)
	require.ErrorContains(t, err, "which is gone: a process that it has forked holds the lock")
	require.NoError(t, end.Close())
	var j *journal.File
	require.Eventually(t, func() bool {
		j, err = journal.Open(p.Path, journal.Options{})
		return err == nil
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, j.Close())
}

// TestForkHoldsAndClose: an owner that closes its journal gives the lock back also for those that have its descriptor.
func TestForkHoldsAndClose(t *testing.T) {
	t.Parallel()
	p := plan{Form: "Collect", Inputs: 3, Containers: 1, Starts: "holds", Path: filepath.Join(t.TempDir(), "j")}
	c, started, end := p.owned(t)
	_, err := c.Process.Wait()
	require.NoError(t, err)
	j, err := journal.Open(p.Path, journal.Options{})
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(started, 0), "the other lives")
	require.NoError(t, j.Close())
	require.NoError(t, end.Close())
}
