package metrics

// Watched is how many runs and functions are held in memory.
func (r *Registry) Watched() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.watched)
}
