//go:build !linux

package process

import (
	"errors"
	"os"
	"runtime"
)

// probe finds out what will be in force: the collector's aim.
func probe(opts Options) Limits {
	l := Limits{Memory: opts.Memory}
	if opts.Memory > 0 {
		l.Missing = "nobody kills a worker over its memory on " + runtime.GOOS + ": its garbage collector aims below the limit, and that is all"
	}
	return l
}

func supported(opts Options) error {
	switch {
	case !haveWorkers:
		return fatal("worker processes are not supported on %s", runtime.GOOS)
	case opts.PIDNamespace:
		return fatal("process namespaces are for Linux, not %s", runtime.GOOS)
	}
	return nil
}

// memoryReader would read the memory of a worker.
type memoryReader struct{ *os.File }

func (memoryReader) Bytes() int64 { return 0 }

func memoryOf(*proc) (memoryReader, error) { return memoryReader{}, errors.ErrUnsupported }

func setBackstop(int64) int64 { return 0 }

func volunteer() {}

// cgroup is for Linux.
type cgroup struct{}

func (r *Runtime) newGroup() (*cgroup, error) { return nil, nil }
func (*cgroup) kill()                         {}
func (*cgroup) oomKilled() bool               { return false }
func (*cgroup) peak() int64                   { return 0 }
func (*cgroup) remove()                       {}
