//go:build unix && !solaris && !aix

package cluster

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock of the file, which ends with it.
func lockFile(f *os.File) error {
	for {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errStoreLocked
		case !errors.Is(err, syscall.EINTR):
			return err
		}
	}
}
