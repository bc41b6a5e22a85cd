//go:build unix && !linux

package process

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const haveWorkers = true

func executable() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

func attributes(Options, *cgroup) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// await waits for the end of the worker.
func (p *proc) await() {
	state, _ := p.os.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state, p.reaped = state, true
}

// exited reports that the worker has ended.
func (p *proc) exited() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reaped
}

// reap kills what is left of the worker's group. The number of a group is not used again while somebody is in it;
// if nobody is, the signal comes too soon after the wait for a number to come round.
func (p *proc) reap() *os.ProcessState {
	unix.Kill(-p.os.Pid, unix.SIGKILL)
	return p.state
}

// family is for Linux: elsewhere what has left the worker's process group stays.
type family struct{}

func familyOf(int, string) family { return family{} }

func (family) end() {}
