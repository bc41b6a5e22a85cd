package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// killTime is how long a process that was killed may take to end before it is left to its parent.
const killTime = time.Second

// family is what a worker has started, and that in turn: its process group, and who has left that for a group of
// its own but not our session, as the jobs of a shell do. These are known by a variable in their environment, since a tree of parents is
// lost with the first of them that has ended. A session for each worker would be simpler, but where the kernel
// schedules by sessions a start takes more than twice as long.
type family struct {
	leader int
	mark   []byte
}

func familyOf(leader int, mark string) family {
	return family{leader, []byte(familyMark + "=" + mark)}
}

// end kills the family but for its leader, who is dead, or is us. To ask whose each process of the system is takes a quarter
// of a microsecond. Whom death has made children of ours, since we are the first process of a container, is reaped.
func (f family) end() {
	session, err := unix.Getsid(0)
	if err != nil {
		return
	}
	seen := map[int]bool{f.leader: true, os.Getpid(): true}
	for range passes {
		killed := f.kill(session, seen)
		for pid, fd := range killed {
			reap(pid, fd)
		}
		if len(killed) == 0 {
			return
		}
	}
}

// passes is how often the family is looked for: somebody may have been forking, but whoever forks faster than
// he is killed needs a Cgroup.
const passes = 100

// kill kills whom it finds and has not seen, and returns descriptors of them. Their numbers cannot become others' meanwhile: a
// descriptor goes on meaning the same process.
func (f family) kill(session int, seen map[int]bool) (killed map[int]int) {
	killed = map[int]int{}
	for _, pid := range processes() {
		if seen[pid] || !f.has(pid, session) {
			continue
		}
		fd, err := unix.PidfdOpen(pid, 0)
		if err == unix.ENOSYS { // an old kernel: nobody is known by more than his number
			_ = unix.Kill(pid, unix.SIGKILL)
			seen[pid] = true
		}
		if err != nil {
			continue
		}
		if !f.has(pid, session) {
			unix.Close(fd)
			continue
		}
		_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
		seen[pid], killed[pid] = true, fd
	}
	return killed
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

func (f family) has(pid, session int) bool {
	its, err := unix.Getsid(pid)
	if err != nil || its != session {
		return false
	}
	if group, err := unix.Getpgid(pid); err != nil || group == f.leader || group == unix.Getpgrp() {
		return err == nil && group == f.leader
	}
	environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		if bytes.Equal(entry, f.mark) {
			return true
		}
	}
	return false
}

// reap waits for a process that was killed, and reaps it if it is a child of ours.
func reap(pid, fd int) {
	defer unix.Close(fd)
	for deadline := time.Now().Add(killTime); time.Now().Before(deadline); {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(killTime.Milliseconds()))
		if n > 0 || err != unix.EINTR { // signals interrupt it, of which the Go runtime has its own
			break
		}
	}
	_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil)
}
