package runtimes

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func init() {
	maps.Copy(deeds, faults)
	starts["exit"] = func() { os.Exit(3) }
	starts["hog"] = hog
	starts["fault"] = func() { suicide(unix.SIGSEGV) }
}

// faults are deeds that end the whole process, or worse. They are for workers.
var faults = map[string]func(context.Context, order) error{
	"killed":   func(context.Context, order) error { suicide(unix.SIGKILL); return nil },
	"segfault": func(context.Context, order) error { suicide(unix.SIGSEGV); return nil },
	"abort":    func(context.Context, order) error { suicide(unix.SIGABRT); return nil },
	"terminated": func(context.Context, order) error {
		signal.Reset(unix.SIGTERM) // it wants to be
		suicide(unix.SIGTERM)
		return nil
	},
	"stopped": func(context.Context, order) error { suicide(unix.SIGSTOP); return nil },
	"exit 0":  func(context.Context, order) error { os.Exit(0); return nil },
	"exit 7":  func(context.Context, order) error { os.Exit(7); return nil },

	// It dies of itself when its time is up, and before anybody kills it.
	"exit, late": func(ctx context.Context, _ order) error { <-ctx.Done(); os.Exit(7); return nil },

	"panic elsewhere": func(_ context.Context, o order) error {
		go func() { panic(fmt.Sprintf("order %d: boom elsewhere", o.N)) }()
		select {}
	},
	"nil dereference elsewhere": func(_ context.Context, o order) error {
		go func() { fmt.Println(nobody(o.N).Do) }()
		select {}
	},
	"map writes":     func(context.Context, order) error { return fight() },
	"stack overflow": func(_ context.Context, o order) error { return fmt.Errorf("depth %d", deeper(o.N)) },
	"memory hog":     func(context.Context, order) error { hog(); return nil },
	"no memory": func(context.Context, order) error {
		limit := &unix.Rlimit{Cur: 256 << 20, Max: 256 << 20}
		if err := unix.Setrlimit(unix.RLIMIT_DATA, limit); err != nil {
			return err
		}
		hog()
		return nil
	},

	"busy":    func(context.Context, order) error { spin(); return nil },
	"blocked": func(context.Context, order) error { select {} },
	"signals ignored": func(context.Context, order) error {
		signal.Ignore(unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP)
		select {}
	},

	"garbage on the connection": func(context.Context, order) error {
		eachSocket(func(fd int) { _, _ = unix.Write(fd, []byte(strings.Repeat("garbage ", 100))) })
		select {}
	},
	"connection closed": func(context.Context, order) error {
		eachSocket(func(fd int) { unix.Close(fd) })
		return nil
	},
	"connection shut down": func(context.Context, order) error {
		eachSocket(func(fd int) { _ = unix.Shutdown(fd, unix.SHUT_WR) })
		select {}
	},
	"everything closed": func(context.Context, order) error {
		for fd := range 200 {
			unix.Close(fd)
		}
		return nil
	},
	"noise": func(context.Context, order) error {
		noise := []byte(strings.Repeat("noise without an end of line ", 1<<15))
		for range 2 {
			os.Stdout.Write(noise)
			os.Stderr.Write(noise)
		}
		return nil
	},

	// Grandchildren hold the pipes of their parent, and outlive it if they may.
	"grandchildren": func(context.Context, order) error {
		breed(20, nil)
		os.Exit(9)
		return nil
	},
	"grandchildren, blocked": func(context.Context, order) error { breed(20, nil); select {} },
	"grandchildren in sessions of their own": func(context.Context, order) error {
		breed(20, &syscall.SysProcAttr{Setsid: true})
		os.Exit(9)
		return nil
	},
	"a tree": func(context.Context, order) error {
		const script = `t() { if [ $1 -gt 0 ]; then t $(($1-1)) & t $(($1-1)) & fi; sleep 1000; }; t 3`
		run(exec.Command("sh", "-c", script))
		os.Exit(9)
		return nil
	},
}

func suicide(sig unix.Signal) {
	_ = unix.Kill(os.Getpid(), sig)
	select {}
}

// fight writes to a map from two goroutines, until the runtime sees it.
func fight() error {
	m := map[int]int{}
	for range 2 {
		go func() {
			for i := 0; ; i++ {
				m[i%8] = i
			}
		}()
	}
	select {}
}

func deeper(n int) int {
	if n < 0 {
		return 0
	}
	return deeper(n+1) + deeper(n+2)
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

func spin() {
	for turns := 0; ; turns++ {
		continue
	}
}

func eachSocket(f func(fd int)) {
	for fd := range 200 {
		if _, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE); err == nil {
			f(fd)
		}
	}
}

func breed(n int, attr *syscall.SysProcAttr) {
	for range n {
		cmd := exec.Command("sleep", "1000")
		cmd.SysProcAttr = attr
		run(cmd)
	}
}

func run(cmd *exec.Cmd) {
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
}
