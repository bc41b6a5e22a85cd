//go:build unix

package process

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/supervisor/process/internal/birth"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// Main makes a worker of this process, if a parent has started it as one, and then never
// returns. Otherwise it returns at once. Call it first in main, before flags are parsed, and
// first in TestMain: a worker is this program started once more.
func Main() {
	hook()
	sign, ok := birth.Sign()
	if !ok {
		return
	}
	nonce, _, _ := strings.Cut(sign, " ")
	w, err := inherit()
	if err != nil {
		os.Stderr.WriteString("process: started as a worker, but not by a parent: " + err.Error() + "\n")
		os.Exit(exitStart)
	}
	w.serve(nonce)
}

// shown is what the system shows of this worker, where that stands.
var shown string

// What the program finds as its name is its name. Its other variables may need it: they come after this package's.
func init() {
	sign, _ := birth.Sign()
	if _, program, ok := strings.Cut(sign, " "); ok && len(os.Args) > 0 {
		shown, os.Args[0] = os.Args[0], program
	}
}

// The exit codes of a worker that ends by itself.
const (
	exitCrash = 2 // as the Go runtime does
	exitStart = 3
)

// stackSize is what one goroutine may use: overflow is found out in a tenth of a second then,
// and not after the memory limit.
const stackSize = 64 << 20

// inherit takes over what the parent has left in low descriptors, which the function may
// expect to be free.
func inherit() (*worker, error) {
	var fds [birth.Lifeline - birth.First + 1]int
	for i := range fds {
		fd, err := unix.FcntlInt(uintptr(birth.First+i), unix.F_DUPFD_CLOEXEC, outOfTheWay())
		if err != nil {
			return nil, os.NewSyscallError("fcntl", err)
		}
		unix.Close(birth.First + i)
		fds[i] = fd
	}
	page, err := mapPage(fds[birth.Page-birth.First])
	if err != nil {
		return nil, err
	}
	unix.Close(fds[birth.Page-birth.First])
	page.enter(phaseMain)
	trace := os.NewFile(uintptr(fds[birth.Trace-birth.First]), "trace")
	err = debug.SetCrashOutput(trace, debug.CrashOptions{})
	trace.Close() // the runtime has a copy
	debug.SetTraceback("all")
	debug.SetMaxStack(stackSize)
	if runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2) // a function that never yields must not stop us from dying
	}
	volunteer()
	ignoreOthers()
	conn := newSocket(fds[0], "parent")
	lifeline := os.NewFile(uintptr(fds[birth.Lifeline-birth.First]), "lifeline")
	return &worker{page: page, conn: wire.NewConn(conn), lifeline: wire.NewConn(lifeline)}, err
}

// outOfTheWay is the lowest descriptor that is ours: 100, or less where there are not as many.
func outOfTheWay() int {
	limit := unix.Rlimit{Cur: 1024}
	_ = unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	return int(max(min(uint64(limit.Cur)/2, 100), birth.Lifeline+1))
}

// die ends the worker and what it has started.
func die() {
	if pid := os.Getpid(); pid != 1 && unix.Getpgrp() == pid {
		familyOf(pid, os.Getenv(familyMark)).end()
		unix.Kill(0, unix.SIGKILL)
	}
	os.Exit(exitCrash) // the first process of a namespace takes all others with it
}
