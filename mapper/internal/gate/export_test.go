package gate

// Exact is the limit with what is behind the point.
func (a *Adaptive) Exact() float64 { return a.exact() }
