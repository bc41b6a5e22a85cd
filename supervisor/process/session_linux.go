package process

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// deathPoll is how many milliseconds a process that was killed may take to end before it is left to its parent.
const deathPoll = 100

// endSession kills all processes in the session of that leader but the leader itself: what a worker has started, in
// whatever process group it is. It asks for the session of each process of the system, which takes a quarter of
// a microsecond; a tree of parents would be lost with the first of them that has ended. What has become the
// child of ours that way, since we are the first process of a container, is reaped, ended long ago or not.
func endSession(leader int) {
	seen := map[int]bool{leader: true, os.Getpid(): true}
	for killed := true; killed; { // again: somebody may have been forking
		killed = false
		for _, pid := range processes() {
			if seen[pid] || !inSession(pid, leader) {
				continue
			}
			seen[pid], killed = true, true
			endOne(pid, leader)
		}
	}
}

func processes() (pids []int) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func inSession(pid, leader int) bool {
	session, err := unix.Getsid(pid)
	return err == nil && session == leader
}

// endOne kills a process, and waits for it a while. Its number cannot become another's meanwhile: the descriptor goes on meaning it.
func endOne(pid, leader int) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		_ = unix.Kill(pid, unix.SIGKILL) // a system without such descriptors, or nobody is there any more
		return
	}
	defer unix.Close(fd)
	if !inSession(pid, leader) {
		return
	}
	_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
	_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, deathPoll)
	_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil) // only a child of ours is waited for
}
