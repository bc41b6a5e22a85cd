//go:build unix

package process

import (
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// newPage makes a page and the file to share it by.
func newPage() (*page, *os.File, error) {
	file, err := sharedFile()
	if err != nil {
		return nil, nil, err
	}
	if err := file.Truncate(int64(os.Getpagesize())); err != nil {
		file.Close()
		return nil, nil, err
	}
	p, err := mapPage(int(file.Fd()))
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return p, file, nil
}

func mapPage(fd int) (*page, error) {
	mem, err := unix.Mmap(fd, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &page{word: (*atomic.Uint64)(unsafe.Pointer(&mem[0])), free: func() { unix.Munmap(mem) }}, nil
}
