package process

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// executable is the image that runs, even if the file was replaced since.
func executable() string { return "/proc/self/exe" }

func attributes(opts Options, group *cgroup) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Setpgid: true,
		// A worker that somebody has stopped cannot see us die: it is woken then. (The signal comes when the thread ends
		// that started the worker, which is harmless.)
		Pdeathsig: syscall.SIGCONT,
	}
	if opts.PIDNamespace {
		attr.Cloneflags |= syscall.CLONE_NEWPID
		if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 {
			attr.Cloneflags |= syscall.CLONE_NEWUSER
			attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
			attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
		}
	}
	if group != nil {
		attr.UseCgroupFD, attr.CgroupFD = true, int(group.dir.Fd())
	}
	return attr
}

// await waits for the end of the worker. Its number is still its own.
func (p *proc) await() {
	for errors.Is(unix.Waitid(unix.P_PID, p.os.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
}

// exited reports that the worker has ended, before anybody could be told: under load that takes its time.
func (p *proc) exited() bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, p.os.Pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	return err != nil || info.Signo != 0
}

// reap kills what is left of the family of a worker that has ended, and only then gives its number back: until
// then the number can be nobody else's.
func (p *proc) reap() *os.ProcessState {
	p.group.kill()
	_ = unix.Kill(-p.os.Pid, unix.SIGKILL)
	familyOf(p.os.Pid, p.mark).end()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state, _ = p.os.Wait()
	p.reaped = true
	return p.state
}
