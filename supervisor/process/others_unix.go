//go:build unix

package process

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// othersSignals end or stop a process that does not want them, and come from anybody: a service manager signals
// a whole control group at once, an operator all processes of a name. Not among them are faults, what the parent uses
// (SIGABRT), what limits and timers that the function has set itself send, and what cannot be refused.
var othersSignals = []os.Signal{
	unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM, unix.SIGTSTP,
}

// ignoreOthers makes this worker obey nobody but its parent, who knows what is under way. To ignore the signals would have the processes
// ignore them, too, that the function starts: they are received instead, and forgotten. A function
// that wants one of them gets it with signal.Notify, as ever.
func ignoreOthers() {
	forget := make(chan os.Signal, 1)
	signal.Notify(forget, othersSignals...)
	// Nobody reads: what the channel has no room for is dropped.
}
