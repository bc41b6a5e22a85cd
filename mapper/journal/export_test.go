package journal

import "os"

// Exec executes a statement on the journal's own connection.
func (f *File) Exec(text string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.db.exec(text)
}

// LockFile is what holds the lock.
func (f *File) LockFile() *os.File { return f.owner.file }
