package logbook

import (
	"sync/atomic"
	"time"
)

// SlotLength is the size of a slot in bytes.
const SlotLength = 16 << 10

// Slot says what a container executes, in memory that outlives the process. It is that of one
// goroutine. That costs an input a store: whoever may kill the process cannot be asked afterwards.
type Slot struct {
	at    atomic.Int64 // one more than the position that executes; 0 for none, or one of those below
	n     atomic.Int64 // how many inputs the chunk has
	alone atomic.Int64 // 1 where nothing else of the run executes, by intent; of a roll, where the run is over
	since atomic.Int64 // when what is alone began; of a roll, when the process was last alive. Unix milliseconds
	keys  [slotKeys]Key
}

// What at may be besides a position.
const (
	executesAll = -1
	isRoll      = -2
)

// slotKeys is how many inputs of a chunk a slot can name. Chunks that have more are of inputs that
// cost next to nothing.
const slotKeys = (SlotLength - 32) / 16

// Take notes further inputs that are to be executed, and whether nothing else of the run is meanwhile.
func (s *Slot) Take(keys []Key, alone bool) {
	n := int(s.n.Load())
	s.n.Store(int64(n + copy(s.keys[n:], keys)))
	if alone {
		s.since.Store(time.Now().UnixMilli())
		s.alone.Store(1)
	}
}

// BeginAll notes that all of them execute, as one.
func (s *Slot) BeginAll() { s.at.Store(executesAll) }

// Begin notes that the input at a position executes.
func (s *Slot) Begin(i int) { s.at.Store(int64(i) + 1) }

// Clear notes that nothing does.
func (s *Slot) Clear() {
	s.at.Store(0)
	s.n.Store(0)
	s.alone.Store(0)
	s.since.Store(0)
}

// Alone reports that it was executing alone.
func (s *Slot) Alone() bool { return s.at.Load() != isRoll && s.alone.Load() == 1 }

// Since is when what executes alone began, in Unix milliseconds.
func (s *Slot) Since() int64 { return s.since.Load() }

// Executing is the keys of what was executing. What else may stand there is none of ours.
func (s *Slot) Executing() []Key {
	n := min(max(s.n.Load(), 0), slotKeys)
	switch at := s.at.Load(); {
	case at == executesAll:
		return s.keys[:n]
	case at > 0 && at <= n:
		return s.keys[at-1 : at]
	}
	return nil
}
