package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

var errLocked = windows.ERROR_LOCK_VIOLATION

// lockFile takes the lock of the file, or returns errLocked. What is locked is far behind its
// end: others may read who has it.
func lockFile(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
}

// unlockFile gives the lock back, which closing does, too.
func unlockFile(*os.File) {}

// isGone reports that there is no such process, whose lock might be held by one that it has forked. There are none here.
func isGone(int) bool { return false }

// share maps a part of the file into memory, which is not done here: no process is taken for one
// that its input has killed.
func share(*os.File, int64, int) ([]byte, error) { return nil, errors.ErrUnsupported }

func unshare([]byte) {}

// noSpace reports that the disk of the file is full, which is not known here.
func noSpace(string) bool { return false }

// syncFolder has the names in a folder reach the disk, which cannot be asked for here.
func syncFolder(string) error { return nil }
