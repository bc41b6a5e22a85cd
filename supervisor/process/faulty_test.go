//go:build unix

package process_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/supervisor/process"
)

var _ = process.Register(fault)

// fault is a function with every fault: its input says which. It says that it has begun, and
// waits for the end of its context, so that a test can see to it that what came before
// has been reported.
func fault(ctx context.Context, what string) (string, error) {
	switch what {
	case "fine":
		return what, nil
	case "now":
		os.Exit(7)
	case "pid":
		fmt.Println("worker", os.Getpid())
		return what, nil
	}
	fmt.Println("ready")
	<-ctx.Done()
	f := faults[what]
	if f == nil {
		return "", errors.New("no such fault")
	}
	f()
	return what, nil
}

var faults = map[string]func(){
	"panic":            func() { panic("boom") },
	"panic with error": func() { panic(fmt.Errorf("reading: %w", io.ErrUnexpectedEOF)) },
	"nil dereference":  func() { fmt.Println(**new(*int)) },
	"goexit":           func() { runtime.Goexit() },
	"panic elsewhere": func() {
		go func() { panic("boom elsewhere") }()
		select {}
	},
	"nil dereference elsewhere": func() {
		go func() { fmt.Println(**new(*int)) }()
		select {}
	},
	"fatal error":           func() { new(sync.Mutex).Unlock() },
	"stack overflow":        func() { spun.Store(int64(deeper(0))) },
	"exit 0":                func() { os.Exit(0) },
	"exit 2":                func() { fmt.Fprintln(os.Stderr, "panic: not at all"); os.Exit(2) },
	"exit 7":                func() { os.Exit(7) },
	"killed":                func() { suicide(unix.SIGKILL) },
	"terminated":            func() { signal.Reset(unix.SIGTERM); suicide(unix.SIGTERM) },
	"segmentation":          func() { suicide(unix.SIGSEGV) },
	"abort":                 func() { suicide(unix.SIGABRT) },
	"stopped":               func() { begun(); suicide(unix.SIGSTOP) },
	"memory hog":            func() { hog() },
	"no memory":             func() { limitData(); hog() },
	"busy":                  func() { busy() },
	"blocked":               func() { begun(); select {} },
	"quit ignored":          func() { signal.Ignore(unix.SIGQUIT, unix.SIGTERM); begun(); select {} },
	"closes connection":     func() { eachSocket(func(fd int) { unix.Close(fd) }) },
	"shuts connection down": func() { eachSocket(func(fd int) { _ = unix.Shutdown(fd, unix.SHUT_WR) }); select {} },
	"closes everything": func() {
		for fd := range 200 { // but what the Go runtime polls with
			if what, _ := os.Readlink(fmt.Sprintf("/dev/fd/%d", fd)); !strings.HasPrefix(what, "anon_inode:") {
				unix.Close(fd)
			}
		}
	},
	"garbage on connection": func() {
		eachSocket(func(fd int) { _, _ = unix.Write(fd, []byte(strings.Repeat("garbage ", 100))) })
		select {}
	},
	"noise": func() {
		noise := []byte(strings.Repeat("noise without an end of line ", 1<<14))
		os.Stdout.Write(noise)
		os.Stderr.Write(noise)
		fmt.Println() // for the next line to be one
	},
	"grandchildren in sessions":       func() { breed(syscall.SysProcAttr{Setsid: true}); os.Exit(9) },
	"grandchildren in groups":         func() { breed(syscall.SysProcAttr{Setpgid: true}); os.Exit(9) },
	"grandchildren in groups blocked": func() { breed(syscall.SysProcAttr{Setpgid: true}); begun(); select {} },
	"grandchildren blocked":           func() { breed(syscall.SysProcAttr{}); begun(); select {} },
	"grandchildren":                   func() { breed(syscall.SysProcAttr{}); os.Exit(9) },
}

// begun tells the test that the fault is under way.
func begun() { fmt.Println("begun") }

func deeper(n int) int {
	if n < 0 {
		return n
	}
	return deeper(n+1) + 1
}

func suicide(sig unix.Signal) {
	unix.Kill(os.Getpid(), sig)
	select {}
}

var kept [][]byte

// hog takes memory and touches it, for ever.
func hog() {
	for {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		kept = append(kept, b)
	}
}

// limitData limits memory, for the heap alone: with a collector that starts threads one of those could be
// the first to get none.
func limitData() {
	runtime.GC()
	debug.SetGCPercent(-1)
	unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: 256 << 20, Max: 256 << 20})
}

// busy computes for ever. It says so from elsewhere, not to be found printing.
func busy() {
	go func() {
		for spun.Load() == 0 {
			runtime.Gosched()
		}
		begun()
	}()
	spun.Store(1)
	for i := 1; i != 0; i |= 1 { // calls nobody, the race detector neither
	}
}

var spun atomic.Int64

func eachSocket(f func(fd int)) {
	for fd := range 200 {
		if _, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE); err == nil {
			f(fd)
		}
	}
}

// breed starts processes that hold our pipes and outlive us, and prints their numbers as
// our parent sees them.
func breed(how syscall.SysProcAttr) {
	for range 3 {
		cmd := exec.Command("sh", "-c", "read pid rest </proc/self/stat; echo grandchild $pid; exec sleep 1000")
		cmd.Stderr, cmd.SysProcAttr = os.Stderr, &how
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			panic(err)
		}
		line, _ := bufio.NewReader(out).ReadString('\n')
		fmt.Print(line)
	}
}

// alive reports whether there is such a process, zombies not counted.
func alive(pid int) bool {
	if unix.Kill(pid, 0) == unix.ESRCH {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}
