package journal

import (
	"os"
	"sync"
	"unsafe"

	"github.com/longshore-go/longshore/internal/logbook"
)

// marks are the slots in which containers note what they execute: pages of PATH-run that this
// process shares with its file, so that they are there when it is not.
type marks struct {
	mu     sync.Mutex
	free   []*logbook.Slot
	pages  [][]byte
	out    int             // slots that somebody has
	rolls  []*logbook.Slot // of the run
	closed bool
}

// Slots are made a few at a time.
const (
	slotsMade  = 4
	marksPages = slotsMade * logbook.SlotLength
)

// take returns a slot, nil where there can be none.
func (m *marks) take(f *os.File) *logbook.Slot {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || (len(m.free) == 0 && m.grow(f) != nil) {
		return nil
	}
	last := len(m.free) - 1
	s := m.free[last]
	m.free = m.free[:last]
	m.out++
	return s
}

// grow makes slots. The file gets its pages before they are shared: a page that the disk has no room
// for would end the process when it is written to.
func (m *marks) grow(f *os.File) error {
	at := int64(identityLength + len(m.pages)*marksPages)
	if _, err := f.WriteAt(make([]byte, marksPages), at); err != nil {
		_ = f.Truncate(at)
		return err
	}
	page, err := share(f, at, marksPages)
	if err != nil {
		return err
	}
	m.pages = append(m.pages, page)
	for i := range slotsMade {
		m.free = append(m.free, slotOf(page[i*logbook.SlotLength:]))
	}
	return nil
}

func slotOf(page []byte) *logbook.Slot {
	return (*logbook.Slot)(unsafe.Pointer(unsafe.SliceData(page)))
}

// put takes a slot back.
func (m *marks) put(s *logbook.Slot) {
	s.Clear()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = append(m.free, s)
	m.out--
	m.release()
}

// anew is the beginning of a run: nobody has survived yet, and it goes on. Where there can be no
// roll, none is called.
func (m *marks) anew(f *os.File) {
	m.mu.Lock()
	rolls := m.rolls
	m.rolls = nil
	m.mu.Unlock()
	for _, s := range rolls {
		m.put(s)
	}
	m.addRoll(f)
}

func (m *marks) addRoll(f *os.File) bool {
	s := m.take(f)
	if s == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rolls = append(m.rolls, s)
	return true
}

// enroll notes who has come to an end.
func (m *marks) enroll(f *os.File, keys []logbook.Key) {
	for len(keys) > 0 {
		m.mu.Lock()
		if last := len(m.rolls) - 1; last >= 0 {
			keys = keys[m.rolls[last].Enroll(keys):]
		}
		m.mu.Unlock()
		if len(keys) > 0 && !m.addRoll(f) {
			return
		}
	}
}

// excuse notes that the run is over.
func (m *marks) excuse() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.rolls {
		s.Excuse()
	}
}

// alive notes that this process is.
func (m *marks) alive() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.rolls {
		s.Alive()
	}
}

func (m *marks) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.out -= len(m.rolls)
	m.rolls = nil
	m.closed = true
	m.release()
}

// release gives the pages back once nobody has a slot: an attempt that was abandoned may go on for
// longer than the journal.
func (m *marks) release() {
	if m.closed && m.out == 0 {
		for _, page := range m.pages {
			unshare(page)
		}
		m.pages, m.free = nil, nil
	}
}

// left are the slots that a process has left in the file, as they are now.
func left(f *os.File) []*logbook.Slot {
	var slots []*logbook.Slot
	for at := int64(identityLength); ; at += logbook.SlotLength {
		page := make([]byte, logbook.SlotLength)
		if n, _ := f.ReadAt(page, at); n < len(page) {
			return slots
		}
		slots = append(slots, slotOf(page))
	}
}
