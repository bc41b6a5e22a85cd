package main

import (
	"os"
	"os/signal"
	"strings"

	"golang.org/x/sys/unix"
)

// perish takes the whole process along. It is for workers.
func perish(does string) {
	switch does {
	case "exit", "exit-late":
		os.Exit(7)
	case "exit-0":
		os.Exit(0)
	case "kill":
		raise(unix.SIGKILL)
	case "term":
		signal.Reset(unix.SIGTERM) // a worker obeys its parent alone, unless it asks for this
		raise(unix.SIGTERM)
	case "stop":
		raise(unix.SIGSTOP)
	case "hog":
		hog()
	case "fatal":
		fight()
	case "garbage":
		babble()
	}
	select {} // who is still here is killed
}

func raise(sig unix.Signal) { _ = unix.Kill(os.Getpid(), sig) }

var kept [][]byte

// hog takes memory and touches it, until somebody minds.
func hog() {
	for {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		kept = append(kept, b)
	}
}

// fight writes to a map from two goroutines, until the Go runtime sees it.
func fight() {
	m := map[int]int{}
	for range 2 {
		go func() {
			for i := 0; ; i++ {
				m[i%8] = i
			}
		}()
	}
}

// babble writes what no worker says into each socket there is.
func babble() {
	for fd := range 200 {
		if _, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE); err == nil {
			_, _ = unix.Write(fd, []byte(strings.Repeat("garbage ", 100)))
		}
	}
}
