//go:build unix

package birth

import "syscall"

func init() {
	if sign, marked = syscall.Getenv(Marker); !marked {
		return
	}
	_ = syscall.Unsetenv(Marker) // what this program starts is no worker, even if it is this program again
	var stat syscall.Stat_t
	if syscall.Fstat(First, &stat) != nil || stat.Mode&syscall.S_IFMT != syscall.S_IFSOCK {
		return // it was not a parent who said so
	}
	for fd := First; fd < end; fd++ {
		syscall.CloseOnExec(fd)
	}
	closeInherited()
}

// closeInherited closes what our parent has itself been left: a lock, a listener. Whoever opened a
// descriptor in this process says that it is to be closed on exec, the Go runtime first of all.
func closeInherited() {
	dir, err := syscall.Open("/dev/fd", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		for fd := end; fd < 1024; fd++ {
			closeLeft(fd)
		}
		return
	}
	var all []string
	for buf := make([]byte, 4096); ; {
		n, err := syscall.ReadDirent(dir, buf)
		if err != nil || n <= 0 {
			break
		}
		_, _, all = syscall.ParseDirent(buf[:n], -1, all)
	}
	_ = syscall.Close(dir)
	for _, name := range all {
		closeLeft(number(name))
	}
}

// number reads a descriptor, without the help of a package that would have to be initialized before.
func number(name string) (fd int) {
	for i := range len(name) {
		if name[i] < '0' || name[i] > '9' {
			return 0
		}
		fd = 10*fd + int(name[i]-'0')
	}
	return fd
}
