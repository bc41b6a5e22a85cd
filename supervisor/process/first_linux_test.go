package process_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

func init() {
	programs["first of a container"] = func() {
		for _, what := range []string{"grandchildren", "grandchildren in groups"} {
			told, tell := context.WithCancel(context.Background())
			r := process.New(process.Options{Log: func(l process.Line) {
				if l.Text == "ready" {
					tell()
				}
			}})
			inst, err := r.Open(context.Background(), supervisor.Launch{Function: fault})
			if err == nil {
				err = inst.Run(told, supervisor.Chunk{Inputs: []any{what}}, func(int, any, error) {})
			}
			fmt.Println("pid", os.Getpid(), err)
		}
		fmt.Println("children:", offspring())
	}
}

// offspring lists the processes whose parent is the first one, dead or alive.
func offspring() (all []string) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		stat, _ := os.ReadFile(file)
		_, rest, _ := strings.Cut(string(stat), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == "1" {
			all = append(all, string(stat))
		}
	}
	return all
}

// The first process of a container is the parent of all orphans. Those that a worker has left are killed and reaped.
func TestFirstOfAContainer(t *testing.T) {
	t.Parallel()
	if err := exec.Command("unshare", "--pid", "--fork", "--mount-proc", "true").Run(); err != nil {
		t.Skip("the system refuses process namespaces")
	}
	cmd := program("first of a container")
	unshare, err := exec.LookPath("unshare")
	require.NoError(t, err)
	cmd.Args = []string{unshare, "--pid", "--fork", "--mount-proc", os.Args[0]}
	cmd.Path = unshare
	out := output(t, cmd)
	require.Equal(t, 2, strings.Count(out, "pid 1 supervisor: container 0 crashed on input 0: process: the worker exited with code 9"), "%s", out)
	require.Contains(t, out, "children: []\n")
}
