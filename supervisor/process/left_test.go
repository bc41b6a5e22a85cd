//go:build unix

package process_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// asParent makes the test binary a program with workers, for a test that kills it.
const asParent = "LONGSHORE_TEST_PARENT"

// lasting are the faults that do not end by themselves.
var lasting = []string{"blocked", "busy", "quit ignored", "stopped", "grandchildren blocked", "grandchildren in groups blocked"}

// parent opens workers that do not want to end, says which processes there are, and never ends.
func parent() {
	lines, reported := make(chan string, 64), make(chan bool, len(lasting))
	r := process.New(process.Options{Log: func(l process.Line) { lines <- l.Text }})
	told, tell := context.WithCancel(context.Background())
	for i, what := range lasting {
		inst, err := r.Open(context.Background(), supervisor.Launch{Function: fault, Container: i})
		if err != nil {
			panic(err)
		}
		go inst.Run(told, supervisor.Chunk{Inputs: []any{"pid", what}}, func(int, any, error) { reported <- true })
	}
	for range lasting {
		<-reported
	}
	for ready := 0; ready < len(lasting); {
		line := <-lines
		if fmt.Println(line); line == "ready" {
			ready++
		}
	}
	tell()
	for line := range lines {
		fmt.Println(line)
	}
}

// When the parent is killed, nothing is left of its workers and their children.
func TestNothingOutlivesTheParent(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asParent+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	var pids []int
	lines := bufio.NewScanner(out)
	for begun := 0; (begun < len(lasting) || len(pids) < len(lasting)+6) && lines.Scan(); {
		if lines.Text() == "begun" {
			begun++
		} else if pid, ok := pidIn(lines.Text()); ok {
			pids = append(pids, pid)
		}
	}
	for _, pid := range pids {
		require.True(t, alive(pid))
	}
	require.Len(t, pids, len(lasting)+6)
	require.NoError(t, cmd.Process.Kill())
	killed := time.Now()
	awaitDeath(t, pids)
	t.Logf("nothing left after %v", time.Since(killed))
	_ = cmd.Wait()
}

// What a worker has started ends with it, as long as it is in our session, or with a
// process namespace in any case, and does not delay the news.
func TestGrandchildrenEndWithTheirWorker(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault     string
		namespace bool
	}{{"grandchildren", false}, {"grandchildren", true}, {"grandchildren in groups", false}, {"grandchildren in sessions", true}} {
		t.Run(fmt.Sprintf("%s, namespace %v", c.fault, c.namespace), func(t *testing.T) {
			t.Parallel()
			pids := make(chan int, 3)
			opts := process.Options{PIDNamespace: c.namespace, Log: func(l process.Line) {
				if pid, ok := pidIn(l.Text); ok {
					pids <- pid
				}
			}}
			if c.fault == "grandchildren in groups" && runtime.GOOS != "linux" {
				t.Skip("only Linux tells what a process started with")
			}
			if c.namespace && !namespaces(opts) {
				t.Skip("the system refuses process namespaces")
			}
			crash := provoke(t, opts, c.fault, false)
			require.Equal(t, 9, crash.Exit)
			awaitDeath(t, []int{<-pids, <-pids, <-pids})
		})
	}
}

func namespaces(opts process.Options) bool {
	inst, err := process.New(opts).Open(context.Background(), supervisor.Launch{Function: double})
	if err != nil {
		return false
	}
	return inst.Close(context.Background()) == nil
}

func pidIn(line string) (int, bool) {
	_, text, _ := strings.Cut(line, " ")
	pid, err := strconv.Atoi(text)
	return pid, err == nil
}

func awaitDeath(t *testing.T, pids []int) {
	require.Eventually(t, func() bool {
		for _, pid := range pids {
			if alive(pid) {
				return false
			}
		}
		return true
	}, 10*time.Second, 5*time.Millisecond)
}

// A thousand restarts leave nothing behind: no descriptor, no zombie. (goleak sees to
// goroutines.)
func TestRestartsLeaveNothing(t *testing.T) {
	restarts := 1000
	if testing.Short() || raceDetector {
		restarts = 100
	}
	r := process.New(process.Options{Log: func(process.Line) {}})
	restart := func() {
		inst, err := r.Open(t.Context(), supervisor.Launch{Function: fault})
		require.NoError(t, err)
		err = inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{"now", "fine"}}, func(int, any, error) {})
		require.ErrorContains(t, err, "exited with code 7")
		require.Error(t, inst.Close(t.Context()))
	}
	restart() // the poller has descriptors of its own
	before := descriptors(t)
	for range restarts {
		restart()
	}
	require.Equal(t, before, descriptors(t))
	require.Zero(t, children(t), "zombies")
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/dev/fd")
	require.NoError(t, err)
	return len(entries)
}

// children counts the processes whose parent is this one, dead or alive.
func children(t *testing.T) (n int) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip("no /proc")
	}
	for _, thread := range threads {
		list, err := os.ReadFile("/proc/self/task/" + thread.Name() + "/children")
		if err == nil {
			n += len(strings.Fields(string(list)))
		}
	}
	return n
}
