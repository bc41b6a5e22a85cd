//go:build !linux

package journal

// networkOf is the kind of network file system that a folder is on, which is not known here.
func networkOf(string) string { return "" }

// bootID is another one after each start of the machine, which is not known here: no process is
// taken for one that its input has killed.
func bootID() string { return "" }
