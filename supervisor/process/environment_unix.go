//go:build unix

package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/supervisor/process/internal/birth"
)

// notForWorkers are the variables that mean our own process: socket activation means descriptor 3 and our
// number, and a core file is not for the runtime to write.
var notForWorkers = []string{
	"GOTRACEBACK", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID", "WATCHDOG_PID", birth.Marker, familyMark,
}

// familyMark is the variable by which what a worker has started is known.
const familyMark = "LONGSHORE_FAMILY"

// environment is that of a worker: as os/exec has it, so that of several values the last one counts. The
// marker also says what the program is called, since ps shows something else.
func environment(env []string, nonce, mark string) []string {
	env = slices.DeleteFunc((&exec.Cmd{Env: env}).Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(notForWorkers, name)
	})
	return append(env, familyMark+"="+mark, birth.Marker+"="+nonce+" "+os.Args[0])
}

// descriptors is how many a worker takes in its parent while it starts, and enough for itself.
const descriptors = 16

// startError says whether another try could succeed.
func startError(err error, opts Options) error {
	switch {
	case opts.PIDNamespace && (errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL)):
		return fatal("the system refuses a process namespace: %v", err)
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
		return fatal("%v", err)
	case errors.Is(err, unix.EMFILE):
		var limit unix.Rlimit
		_ = unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
		why := fmt.Sprintf("no worker can start, which takes up to %d descriptors: this process may have %d in all (ulimit -n), and has no more left: %v",
			descriptors, limit.Cur, err)
		if limit.Cur < 2*descriptors {
			return fatal("%s", why)
		}
		return errors.New("process: " + why)
	}
	return fmt.Errorf("process: %w", err)
}
