//go:build !unix

package process

import (
	"errors"
	"os"
)

// Worker processes need a socket pair, shared memory and process groups. Windows has other
// means to the same ends (a job object for group, death of the parent and memory), which
// nobody has built yet: Check refuses every function.
const haveWorkers = false

// Main returns at once: there are no workers on this system.
func Main() {
	hook()
}

const (
	exitCrash = 2
	exitStart = 3
)

type socket struct{ *os.File }

func (*socket) readable() bool { return false }
func (*socket) unread() bool   { return false }

type lateReader struct{ *os.File }

type proc struct {
	page  *page
	group *cgroup

	conn *socket

	stdout, stderr, trace, lifeline *os.File
}

func spawn(Options, string, string, *cgroup) (*proc, error) { return nil, errors.ErrUnsupported }

func (*proc) quit()                  {}
func (*proc) kill()                  {}
func (*proc) await()                 {}
func (*proc) exited() bool           { return true }
func (*proc) reap() *os.ProcessState { return nil }
func (*proc) close()                 {}

var shown string

func retitle(_, _ string) {}

func die() { os.Exit(exitCrash) }

func status(*os.ProcessState) (code int, signal string) { return -1, "" }
