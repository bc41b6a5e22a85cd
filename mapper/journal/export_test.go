package journal

// Exec executes a statement on the journal's own connection.
func (f *File) Exec(text string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.db.exec(text)
}
