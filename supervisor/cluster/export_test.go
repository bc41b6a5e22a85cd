package cluster

// Leases is how many containers a runtime knows of.
func (r *Runtime) Leases() (n int) {
	r.leases.Range(func(any, any) bool {
		n++
		return true
	})
	return n
}
