package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cgroup is the cgroup v2 of one worker, below the one that was delegated to us. All
// methods of a nil cgroup do nothing.
type cgroup struct {
	path string
	dir  *os.File // a worker is born in it
}

// usableCgroup reports why workers cannot be limited below that folder. It writes nothing:
// what is not prepared for children is not ours to prepare.
func usableCgroup(path string) error {
	enabled, err := os.ReadFile(filepath.Join(path, "cgroup.subtree_control"))
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Fields(string(enabled)), "memory") {
		return fmt.Errorf("%s does not enable the memory controller for children (cgroup.subtree_control)", path)
	}
	return nil
}

// newGroup makes the cgroup of one more worker, if workers have them.
func (r *Runtime) newGroup() (*cgroup, error) {
	if r.limits.By != ByCgroup {
		return nil, nil
	}
	g := &cgroup{path: filepath.Join(r.opts.Cgroup, fmt.Sprintf("longshore-%d-%p-%d", os.Getpid(), r, r.workers.Add(1)))}
	if err := os.Mkdir(g.path, 0o755); err != nil {
		return nil, fmt.Errorf("process: %w", err)
	}
	err := errors.Join(
		g.write("memory.max", strconv.FormatInt(r.opts.Memory, 10)),
		g.write("memory.oom.group", "1"),
	)
	_ = g.write("memory.swap.max", "0") // not there without swap
	if err == nil {
		g.dir, err = os.Open(g.path)
	}
	if err != nil {
		g.remove()
		return nil, fmt.Errorf("process: %w", err)
	}
	return g, nil
}

func (g *cgroup) write(file, text string) error {
	return os.WriteFile(filepath.Join(g.path, file), []byte(text), 0)
}

// kill ends everybody in the cgroup, whatever group or session they are in.
func (g *cgroup) kill() {
	if g != nil {
		_ = g.write("cgroup.kill", "1")
	}
}

// oomKilled reports whether the kernel has killed for want of memory here.
func (g *cgroup) oomKilled() bool {
	if g == nil {
		return false
	}
	events, _ := os.ReadFile(filepath.Join(g.path, "memory.events"))
	for line := range strings.Lines(string(events)) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); ok && n != "0" {
			return true
		}
	}
	return false
}

// peak returns the most memory that it has had, or 0.
func (g *cgroup) peak() int64 {
	if g == nil {
		return 0
	}
	text, _ := os.ReadFile(filepath.Join(g.path, "memory.peak"))
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}

// remove removes the cgroup. Those killed in it may take a moment to leave.
func (g *cgroup) remove() {
	if g == nil {
		return
	}
	if g.dir != nil {
		g.dir.Close()
	}
	for range 20 {
		if err := os.Remove(g.path); err == nil || errors.Is(err, os.ErrNotExist) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}
