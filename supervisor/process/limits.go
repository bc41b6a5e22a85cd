package process

// Limits says what of Options is in force, since not every system can do everything.
type Limits struct {
	Memory int64 // what was asked for; 0: nothing was

	// By says who kills a worker that exceeds Memory: ByCgroup, the kernel, at once, with
	// proof; ByPoll, this process, which looks every 10 ms, so that a fast
	// worker gets some MiB further; ByNobody.
	By string

	// Backstop says that each worker also limits its data segment (RLIMIT_DATA) some 64 MiB
	// above Memory, for one that is faster than the poll. Not in a program built
	// with the race detector, which reserves more than that.
	Backstop bool

	// Missing says in words what is not in force, and why. Empty if all is.
	Missing string
}

// Who holds workers to Options.Memory.
const (
	ByNobody = ""
	ByPoll   = "poll"
	ByCgroup = "cgroup"
)

// Limits returns what is in force in this runtime's workers.
func (r *Runtime) Limits() Limits { return r.limits }
