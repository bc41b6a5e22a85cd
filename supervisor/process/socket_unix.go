//go:build unix

package process

import (
	"os"
	"runtime"
	"sync/atomic"
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
}

func newSocket(fd int, name string) *socket {
	never := min(runtime.NumCPU(), runtime.GOMAXPROCS(0)) == 1
	return &socket{lateReader: lateReader{File: os.NewFile(uintptr(fd), name)}, fd: fd, never: never}
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
	s.waits.Store(true)
	n, err := s.lateReader.Read(b)
	s.waits.Store(false)
	return n, err
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
