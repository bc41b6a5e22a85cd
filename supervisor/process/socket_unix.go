//go:build unix

package process

import (
	"io"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// spinTime is how long a read tries before it sleeps: some times of what an answer takes
// whose sender does not sleep either, and about what it takes to wake a thread. (With 30 µs
// one call in a hundred takes twice as long, since one spin in vain makes the next ones.)
const spinTime = 80 * time.Microsecond

// maxMisses bounds how many reads are not to spin: two to the power of it. So a function that
// takes its time costs no more than 5 µs of spinning for each batch, and one that
// becomes quick is noticed soon.
const maxMisses = 4

// socket is an end of a connection. Its reader tries for a moment before it sleeps: to wake a
// thread whose processor sleeps, too, takes longer than all else in a round trip. It pays only
// if both ends do it and each has a processor to itself. Nobody knows that beforehand, least of
// all from the number of containers, so it is tried: each spin in vain doubles the
// number of reads that do not spin.
type socket struct {
	lateReader
	fd     int
	never  bool // there is but one processor
	misses int  // spins in vain since the last one that was not
	skip   int  // reads that are not to spin

	waits atomic.Bool // its reader waits in Read, and all that came before is told

	raw  syscall.RawConn
	take func(fd uintptr) bool // a read that does not wait; what it reads, and how that ended, are below
	into []byte
	n    int
	err  error
}

func newSocket(fd int, name string) *socket {
	never := min(runtime.NumCPU(), runtime.GOMAXPROCS(0)) == 1
	s := &socket{lateReader: lateReader{File: os.NewFile(uintptr(fd), name)}, fd: fd, never: never}
	s.raw, _ = s.SyscallConn() // an open file has one
	s.take = s.takes
	return s
}

// Read reads as the file does. It has one caller at a time.
func (s *socket) Read(b []byte) (int, error) {
	switch {
	case s.never:
	case s.skip > 0:
		s.skip--
	case !s.readable():
		s.spin()
	}
	s.into = b
	defer func() { s.into = nil }()
	switch err := s.raw.Read(s.take); {
	case err != nil:
		return s.lateReader.Read(b) // its time is up, or it is closed
	case s.err != nil:
		return 0, &os.PathError{Op: "read", Path: s.Name(), Err: s.err}
	case s.n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return s.n, nil
}

// takes reads what is there, and reports false if that is nothing and its reader is to wait. The reader is at work
// before it takes anything away: see unread. (A flag around a Read that waits by itself came too late: in between
// what had come was neither there nor told.)
func (s *socket) takes(fd uintptr) bool {
	s.waits.Store(false)
	for {
		s.n, s.err = unix.Read(int(fd), s.into)
		switch s.err {
		case unix.EINTR:
		case unix.EAGAIN:
			s.waits.Store(true)
			return false
		default:
			return true
		}
	}
}

// unread reports whether something has come that its reader has not read, or is at work on. In this order: what is not
// there any more has ended the wait before.
func (s *socket) unread() bool { return s.readable() || !s.waits.Load() }

// spin waits until there is something to read, or that was in vain.
func (s *socket) spin() {
	for began := time.Now(); time.Since(began) < spinTime; {
		if runtime.Gosched(); s.readable() {
			s.misses = 0
			return
		}
	}
	s.misses = min(s.misses+1, maxMisses)
	s.skip = 1 << s.misses
}

// readable reports whether the other end has said something, or has closed. The file must
// be open.
func (s *socket) readable() bool {
	n, _ := unix.Poll([]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}, 0)
	return n > 0
}
