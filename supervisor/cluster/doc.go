// Package cluster runs containers on other machines: a mapper whose Options.Runtime is a [Runtime] of this package calls its
// function there, with the same retries, order and supervision as anywhere.
//
// A worker is this program, started on a machine to [Serve]: it offers slots. The caller's mapper leases one for each
// container and sends it chunks of inputs over core NATS. Each frame may be lost on the way and is asked for again. The two
// know each other by their [Version]: other code is never run. Functions are registered, see package supervisor/registry.
//
// A machine that is silent, or whose process is gone, is given up: its containers are lost (supervisor.ErrLost), nobody is
// charged, and what was out there runs again elsewhere. A worker that is asked to end drains: callers hear it, finish what
// is out and go elsewhere. The exit of a function with a state does not run on a machine that is lost, or not to its end: that
// is no failure of the run either. After a panic in a worker's goroutine exit has 30 s, and the slot until then; what it returns
// is not told. A worker process takes its state with it.
package cluster
