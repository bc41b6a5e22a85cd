package journal_test

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// mount mounts a file system of so many bytes, for which one must be root.
func mount(folder string, size int) error {
	return unix.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", size))
}

func remount(folder string, size int) error {
	return unix.Mount("tmpfs", folder, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("size=%d", size))
}

// freeze makes it one that cannot be written to.
func freeze(folder string) error {
	return unix.Mount("tmpfs", folder, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, "")
}

func unmount(folder string) { _ = unix.Unmount(folder, unix.MNT_DETACH) }

// What stops a process, and has it continue.
const (
	stopSignal     = syscall.SIGSTOP
	continueSignal = syscall.SIGCONT
)
