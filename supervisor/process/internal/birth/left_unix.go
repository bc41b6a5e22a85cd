//go:build unix

package birth

import "golang.org/x/sys/unix"

// closeLeft closes a descriptor that was left to us.
func closeLeft(fd int) {
	if fd < end {
		return
	}
	if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
		_ = unix.Close(fd)
	}
}
