package cluster

import "slices"

// Leases is how many containers a runtime knows of.
func (r *Runtime) Leases() (n int) {
	r.leases.Range(func(any, any) bool {
		n++
		return true
	})
	return n
}

// Subject is one that this package uses: who sends there, and who listens.
type Subject struct{ Name, From, To string }

// Subjects are all, for that worker, caller and lease.
func Subjects(worker, caller, lease string) []Subject {
	return []Subject{
		{helloSubject, "worker", "caller"},
		{askSubject, "caller", "worker"},
		{wishSubject, "caller", "caller"},
		{openSubject(worker), "caller", "worker"},
		{aliveSubject(worker), "caller", "worker"},
		{leaseSubject(worker, caller, lease), "caller", "worker"},
		{callerSubject(caller, nameOf(lease)), "worker", "caller"},
		{aliveCaller(caller), "worker", "caller"},
		{pulseSubject(caller, worker), "worker", "caller"},
		{echoSubject(worker, caller), "", "worker"}, // by the server alone
	}
}

// NewToken makes the ID of a worker, a caller or a lease.
func NewToken() string { return newToken() }

// Destroy is a message that ends the lease which it is sent to.
func Destroy() (message []byte) {
	_ = frame{kind: destroy}.messages(1<<20, func(b []byte) error { message = slices.Clone(b); return nil })
	return message
}

// Hello is what a worker would say that runs this program.
func Hello(id string) []byte {
	return encode(hello{ID: id, Version: Version(), Host: "nowhere", Slots: 1, Free: 1})
}
