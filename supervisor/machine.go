package supervisor

import (
	"fmt"
	"time"
)

// Machine is one that a [Fleet] knows.
type Machine struct {
	ID       string // of this life of it
	Host     string
	PID      int
	Version  string // of its program
	Unused   bool   // no container starts there: it runs another program than this process, or the runtime was told so
	Slots    int    // how many containers it has room for
	Free     int    // by its own account, which may be some seconds old
	Draining bool   // it takes no more containers, and leaves when those that it has are done
	Since    time.Time
	Labels   map[string]string
}

// Name is what [Event], [CrashError] and [ContainerInfo] call it: there may be several on one host.
func (m Machine) Name() string { return fmt.Sprintf("%s (pid %d)", m.Host, m.PID) }

// Fleet is what a [Runtime] whose containers are on machines is besides: dashboards and metrics show them.
type Fleet interface {
	// Machines is those that are known at the moment, in an order that stays. It may be called by several goroutines at once,
	// and may block while the runtime connects for the first time.
	Machines() []Machine
}
