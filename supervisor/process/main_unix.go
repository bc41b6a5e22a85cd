//go:build unix

package process

import (
	"os"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// Main makes a worker of this process, if a parent has started it as one, and then never
// returns. Otherwise it returns at once. Call it first in main, before flags are parsed, and
// first in TestMain: a worker is this program started once more.
func Main() {
	hook()
	nonce, ok := os.LookupEnv(marker)
	if !ok {
		return
	}
	os.Unsetenv(marker) // a grandchild that is this program again is no worker
	w, err := inherit()
	if err != nil {
		os.Stderr.WriteString("process: started as a worker, but not by a parent: " + err.Error() + "\n")
		os.Exit(exitStart)
	}
	w.serve(nonce)
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
	var fds [4]int
	for i := range fds {
		fd, err := unix.FcntlInt(uintptr(firstFD+i), unix.F_DUPFD_CLOEXEC, 100)
		if err != nil {
			return nil, os.NewSyscallError("fcntl", err)
		}
		unix.Close(firstFD + i)
		fds[i] = fd
	}
	page, err := mapPage(fds[fdPage-firstFD])
	if err != nil {
		return nil, err
	}
	unix.Close(fds[fdPage-firstFD])
	trace := os.NewFile(uintptr(fds[fdTrace-firstFD]), "trace")
	err = debug.SetCrashOutput(trace, debug.CrashOptions{})
	trace.Close() // the runtime has a copy
	debug.SetTraceback("all")
	debug.SetMaxStack(stackSize)
	if runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2) // a function that never yields must not stop us from dying
	}
	volunteer()
	conn := newSocket(fds[fdConn-firstFD], "parent")
	lifeline := os.NewFile(uintptr(fds[fdLifeline-firstFD]), "lifeline")
	return &worker{page: page, conn: wire.NewConn(conn), lifeline: wire.NewConn(lifeline)}, err
}

// die ends the worker and its process group.
func die() {
	if pid := os.Getpid(); pid != 1 && unix.Getpgrp() == pid {
		unix.Kill(0, unix.SIGKILL)
	}
	os.Exit(exitCrash) // the first process of a namespace takes all others with it
}
