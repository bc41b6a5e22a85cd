package process

import (
	"strings"

	"github.com/longshore-go/longshore/policy"
)

// Options says how worker processes run. The zero value works.
type Options struct {
	// Memory is how much memory one worker may use, in bytes. The garbage collector of the
	// worker aims below nine tenths of it, and a worker that exceeds it is killed. What
	// enforces that depends on the system: see [Runtime.Limits]. At least 16 MiB.
	// Zero means no limit.
	Memory int64

	// Cgroup is the folder of a cgroup v2 that was delegated to this program, in which each
	// worker gets a cgroup of its own: the kernel then enforces Memory, proves that
	// memory ran out, and a kill reaches every descendant. Its memory controller must be
	// enabled for children. A folder that cannot be used is no error: workers run without, and
	// [Runtime.Limits] says why. Linux only. Zero means none.
	Cgroup string

	// PIDNamespace gives each worker a process namespace, so that even processes which left its
	// process group end with it. It is refused where the system forbids that. Linux
	// only. Orphans are not reaped before the worker ends. Zero means no namespace.
	PIDNamespace bool

	// Spare is how many workers are started ahead, for containers that start later: the successors
	// of those that crash or are recycled. They have done by then what the program does before
	// [Main], where that takes long, and use the memory that it takes; they end with the last
	// container of the runtime. Where all processors are busy anyway they gain nothing. At most
	// 1000. Zero means none.
	Spare int

	// Env is the environment of workers, as os/exec takes it: of several values of a variable the
	// last one counts. Variables that mean this very process, as for socket activation, do not reach workers.
	// Nil means that of this process.
	Env []string

	// Log is given what workers print on stdout and stderr, line by line, by one goroutine
	// for each worker, so it must be safe for concurrent use. It never delays a
	// worker: lines that it is too slow for, or panics at, are dropped and counted, see
	// [Runtime.Dropped]; its first panic is said on os.Stderr. Nil means that lines go to os.Stderr, each after the
	// function's name and the container's ID, and above the bars of mapper/progress where those are drawn there. A worker waits for that as the function would in this
	// process; only when it takes nothing for a second are lines lost, which is said there as soon as it can be.
	Log func(Line)
}

const (
	minMemory = 16 << 20
	maxSpare  = 1000
)

// Validate returns nil, or a *policy.InvalidError that names the first bad field. [New]
// does not ask; the runtime's Check does.
func (o Options) Validate() error {
	if o.Memory < 0 || o.Memory > 0 && o.Memory < minMemory {
		return &policy.InvalidError{Field: "Memory", Value: o.Memory, Reason: "must be 0 or at least 16 MiB"}
	}
	if o.Spare < 0 || o.Spare > maxSpare {
		return &policy.InvalidError{Field: "Spare", Value: o.Spare, Reason: "must be 0 to 1000"}
	}
	for _, entry := range o.Env {
		if strings.Contains(entry, "\x00") {
			return &policy.InvalidError{Field: "Env", Value: entry, Reason: "must not contain a NUL"}
		}
	}
	return nil
}
