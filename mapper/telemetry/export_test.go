package telemetry

// Held is how many runs and functions are held in memory.
func (t *Telemetry) Held() int {
	t.traces.mu.Lock()
	defer t.traces.mu.Unlock()
	return len(t.traces.life)
}
