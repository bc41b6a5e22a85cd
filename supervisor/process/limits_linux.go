package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// probe finds out what will be in force.
func probe(opts Options) Limits {
	l := Limits{Memory: opts.Memory}
	if opts.Memory == 0 {
		return l
	}
	l.By, l.Backstop = ByPoll, !raceDetector
	if opts.Cgroup != "" {
		if err := usableCgroup(opts.Cgroup); err != nil {
			l.Missing = fmt.Sprintf("no cgroup: %v", err)
		} else {
			l.By = ByCgroup
		}
	}
	return l
}

func supported(Options) error { return nil }

// memoryReader is /proc/PID/statm, kept open: it goes on meaning this worker.
type memoryReader struct{ *os.File }

func memoryOf(p *proc) (memoryReader, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/statm", p.os.Pid))
	return memoryReader{file}, err
}

// Bytes returns the resident memory; 0 when the worker is dead.
func (r memoryReader) Bytes() int64 {
	pages := statm(r.File)
	return pages[1] * int64(os.Getpagesize())
}

// statm reads the sizes of a process in pages: virtual, resident, shared, text, 0, data.
func statm(file *os.File) (pages [6]int64) {
	var buf [128]byte
	n, _ := file.ReadAt(buf[:], 0)
	for i, field := range bytes.Fields(buf[:n]) {
		if i < len(pages) {
			pages[i], _ = strconv.ParseInt(string(field), 10, 64)
		}
	}
	return pages
}

// rlimitRoom is what RLIMIT_DATA leaves above the limit, for what the poll has not seen yet.
const rlimitRoom = 64 << 20

// setBackstop ends the worker's data segment somewhat above its limit, and returns where, or 0 if
// it cannot. What the Go runtime has reserved and not touched by now does not count.
func setBackstop(limit int64) int64 {
	if limit == 0 || raceDetector {
		return 0
	}
	self, err := os.Open("/proc/self/statm")
	if err != nil {
		return 0
	}
	defer self.Close()
	pages := statm(self)
	backstop := limit + (pages[5]-pages[1])*int64(os.Getpagesize()) + rlimitRoom
	var old unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_DATA, &old) != nil || uint64(backstop) > old.Max {
		return 0
	}
	if unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: uint64(backstop), Max: old.Max}) != nil {
		return 0
	}
	return backstop
}

// oomScore is how much rather than others the kernel should kill a worker when the machine
// runs out of memory, in thousandths: rather than its parent.
const oomScore = 500

// volunteer makes the worker the one to be killed.
func volunteer() {
	const file = "/proc/self/oom_score_adj"
	if old, err := os.ReadFile(file); err == nil {
		if n, err := strconv.Atoi(string(bytes.TrimSpace(old))); err == nil && n < oomScore {
			_ = os.WriteFile(file, []byte(strconv.Itoa(oomScore)), 0)
		}
	}
}
