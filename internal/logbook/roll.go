package logbook

import (
	"time"
)

// A roll is a slot that says the opposite: which suspects have come to an end, whether the run
// is over, and how long the process was alive. It is where the marks are, since a process may be killed long before a commit: who was
// suspected in each such life again would be hit alone some day, by chance. Its writers take turns.

// Enroll notes suspects that have come to an end. It returns how many it had room for.
func (s *Slot) Enroll(keys []Key) int {
	s.at.Store(isRoll)
	n := int(s.n.Load())
	took := copy(s.keys[n:], keys)
	s.n.Store(int64(n + took)) // behind the keys: what is counted is there
	return took
}

// Excuse notes that something has ended the run: whoever kills the process from now on does not
// wait for what still executes.
func (s *Slot) Excuse() {
	s.at.Store(isRoll)
	s.alone.Store(1)
}

// Alive notes that the process is, now.
func (s *Slot) Alive() {
	s.at.Store(isRoll)
	s.since.Store(time.Now().UnixMilli())
}

// Seen is when that was noted last, in Unix milliseconds; 0 for never.
func (s *Slot) Seen() int64 {
	if s.at.Load() != isRoll {
		return 0
	}
	return s.since.Load()
}

// Enrolled is who has come to an end.
func (s *Slot) Enrolled() []Key {
	if s.at.Load() != isRoll {
		return nil
	}
	return s.keys[:min(max(s.n.Load(), 0), slotKeys)]
}

// Excused reports that nobody is to blame.
func (s *Slot) Excused() bool { return s.at.Load() == isRoll && s.alone.Load() == 1 }
