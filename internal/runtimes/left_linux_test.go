package runtimes

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// relatives are the processes of a family but ourselves, however they were started, and
// our children that nobody has waited for: a line for each.
func relatives(name string) (all []string) {
	mark := []byte(family + "=" + name + "\x00")
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		if pid := filepath.Base(dir); pid != strconv.Itoa(os.Getpid()) {
			env, _ := os.ReadFile(dir + "/environ")
			stat, _ := os.ReadFile(dir + "/stat")
			_, rest, _ := strings.Cut(string(stat), ") ")
			fields := strings.Fields(rest) // state, parent
			zombie := len(fields) > 1 && fields[0] == "Z"
			if bytes.Contains(env, mark) || zombie && fields[1] == strconv.Itoa(os.Getpid()) {
				all = append(all, string(stat))
			}
		}
	}
	return all
}

// nothingLeft checks that what follows leaves no process behind and no descriptor open.
// It must have the program for itself.
func nothingLeft(t *testing.T) {
	t.Helper()
	name := os.Getenv(family)
	before := descriptors(t)
	t.Cleanup(func() {
		require.Empty(t, relatives(name), "processes")
		require.ElementsMatch(t, before, descriptors(t), "descriptors")
	})
}

// descriptors says what is open, but for the file system, which other tests use.
func descriptors(t *testing.T) (open []string) {
	t.Helper()
	dirs, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, d := range dirs {
		if to, err := os.Readlink("/proc/self/fd/" + d.Name()); err == nil {
			kind, _, _ := strings.Cut(to, "[")
			open = append(open, fmt.Sprintf("%s %s", d.Name(), kind))
		}
	}
	return open
}
