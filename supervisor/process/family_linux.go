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
	for killed := true; killed; { // again: somebody may have been forking
		killed = false
		for _, pid := range processes() {
			if !seen[pid] && f.has(pid, session) {
				seen[pid], killed = true, true
				f.endOne(pid, session)
			}
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

// endOne kills a process, and waits for it a while. Its number cannot become another's meanwhile: the descriptor goes on meaning it.
func (f family) endOne(pid, session int) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil || !f.has(pid, session) {
		return
	}
	defer unix.Close(fd)
	_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
	for deadline := time.Now().Add(killTime); time.Now().Before(deadline); {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(killTime.Milliseconds()))
		if n > 0 || err != unix.EINTR { // signals interrupt it, of which the Go runtime has its own
			break
		}
	}
	_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil) // only a child of ours is waited for
}
