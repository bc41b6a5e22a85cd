package runtimes

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

func init() {
	for _, p := range []Place{goroutines(), processes(process.Options{})} {
		employers["suspended "+p.Name] = func(dir string) { employSuspended(p, dir) }
	}
	deeds["wait, and note"] = func(ctx context.Context, o order) error {
		if err := awaitSign(ctx, o.Dir); err != nil {
			return err
		}
		leave(o.Dir, "noted", "x")
		return nil
	}
}

const (
	suspendedInputs  = 4
	suspendedTimeout = 2 * time.Second
)

// employSuspended says what has come of inputs that wait for a sign.
func employSuspended(p Place, dir string) {
	in := make([]order, suspendedInputs)
	for i := range in {
		in[i] = order{N: i, Do: "wait, and note", Dir: dir}
	}
	_, err := mapper.Collect(context.Background(), obey, in, p.with(mapper.Options{
		Containers: len(in), Timeout: suspendedTimeout, ReturnExceptions: true,
	}))
	fmt.Print(err)
}

// TestSuspendedParent stops a parent, as Ctrl-Z does, or the sleep of a laptop. What its workers have finished meanwhile
// counts when it goes on, although the time of their inputs is up by then; and goroutines, which were stopped as well, may
// finish what takes them no time any more.
func TestSuspendedParent(t *testing.T) {
	t.Parallel()
	for _, p := range []Place{goroutines(), processes(process.Options{})} {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			for !suspended(t, p) { // not stopped before their time was up
			}
		})
	}
}

// suspended reports whether the parent was stopped in time, after which all must be well.
func suspended(t *testing.T, p Place) bool {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	parent := exec.CommandContext(bounded(t), self)
	parent.Env = append(os.Environ(), employer+"=suspended "+p.Name+":"+dir)
	var said strings.Builder
	parent.Stdout = &said
	require.NoError(t, parent.Start())
	before := time.Now()
	eventually(t, "all are at it", func() bool {
		n := len(begun(t, dir))
		if n == 0 {
			before = time.Now()
		}
		return n == suspendedInputs
	})
	require.NoError(t, parent.Process.Signal(unix.SIGSTOP))
	stopped := time.Now()
	leave(dir, sign, "")
	if p.elsewhere() {
		eventually(t, "the workers have finished", func() bool { return len(trace(t, dir, "noted")) == suspendedInputs })
	}
	late := suspendedTimeout
	if !p.elsewhere() {
		late += time.Second // or nobody can tell that they were stopped
	}
	eventually(t, "their time is up", func() bool { return time.Since(stopped) > late })
	require.NoError(t, parent.Process.Signal(unix.SIGCONT))
	require.NoError(t, parent.Wait())
	if stopped.Sub(before) > suspendedTimeout/2 {
		return false
	}
	require.Equal(t, "<nil>", said.String())
	return true
}
