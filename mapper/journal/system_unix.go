//go:build unix

package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

var errLocked = unix.EWOULDBLOCK

// lockFile takes the lock of the file, or returns errLocked.
func lockFile(f *os.File) error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// unlockFile gives the lock back, also for processes that were forked and have not executed anything yet: with the
// descriptor alone they would keep it.
func unlockFile(f *os.File) { _ = unix.Flock(int(f.Fd()), unix.LOCK_UN) }

// isGone reports that there is no such process on this machine.
func isGone(pid int) bool { return pid > 0 && errors.Is(unix.Kill(pid, 0), unix.ESRCH) }

// share maps a part of the file into memory.
func share(f *os.File, at int64, length int) ([]byte, error) {
	return unix.Mmap(int(f.Fd()), at, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func unshare(page []byte) { _ = unix.Munmap(page) }

// noSpace reports that the disk of the file is full.
func noSpace(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(path, &s) == nil && s.Bavail == 0
}

// syncFolder has the names in a folder reach the disk.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
