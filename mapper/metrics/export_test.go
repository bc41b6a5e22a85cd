package metrics

// Watched is how many runs and functions are held in memory.
func (r *Registry) Watched() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.watched)
}

// Happenings is how many happenings are held in memory.
func (r *Registry) Happenings() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.happened.lately) + len(r.happened.before)
}
