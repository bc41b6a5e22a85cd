// Package birth is the first thing that happens in a worker process: before whatever else the program
// initializes could start a process of its own, it takes the marker out of the environment and keeps the
// descriptors to itself. It imports no more than it must, since packages are initialized after
// those that they import, and its name comes early among those that are ready: a package that
// can start a process imports os, and that comes later.
package birth

// Marker is the variable in the environment that makes a worker of a process.
const Marker = "LONGSHORE_WORKER"

// The descriptors that a parent leaves to its worker, besides 0, 1 and 2.
const (
	First = 3 + iota // and the connection
	Page
	Trace
	Lifeline
	end
)

// Sign returns the value of the marker, and whether this process was started with one.
func Sign() (value string, ok bool) { return sign, marked }

var (
	sign   string
	marked bool
)
