//go:build unix

package process

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// lateSize is how much is read from a pipe after its time is up: all that a pipe can hold, but not what a
// grandchild goes on writing.
const lateSize = 1 << 20

// lateReader reads a file with a deadline, and after it what is there already: a deadline says how long we wait, not
// what we believe of what came before. Under load it may be over before anybody has looked.
type lateReader struct {
	*os.File
	late int
}

// Read reads as the file does. When its time is up it never waits.
func (r *lateReader) Read(b []byte) (int, error) {
	n, err := r.File.Read(b)
	if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) || r.late >= lateSize {
		return n, err
	}
	raw, failed := r.SyscallConn()
	if failed != nil {
		return 0, failed
	}
	var now error
	failed = raw.Control(func(fd uintptr) { n, now = unix.Read(int(fd), b) }) // does not block, as nothing that is polled does
	switch {
	case failed != nil || now != nil || n < 0:
		return 0, err
	case n == 0:
		return 0, io.EOF
	}
	r.late += n
	return n, nil
}
