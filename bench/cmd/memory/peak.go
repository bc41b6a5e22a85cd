package main

import (
	"fmt"
	"os"
	"strings"
)

// peakKiB is the largest resident set this process has had, as Linux counts
// it. getrusage would not do: its ru_maxrss survives exec, so that a child
// starts with the peak of the process that forked it.
func peakKiB() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("peak memory is read from Linux's /proc: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			var kib int
			_, err := fmt.Sscanf(value, "%d kB", &kib)
			return kib, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no VmHWM")
}
