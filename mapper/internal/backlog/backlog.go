package backlog

import (
	"container/heap"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/policy"
)

// Config is what a backlog has to know of its run.
type Config struct {
	Now      func() time.Duration // the run's clock
	Wake     func()               // has somebody come who takes what there is
	Fresh    func() bool          // fresh inputs wait
	Progress func() int64         // attempts that came to an end other than by crashing
	Free     *chunk.FreeList
	// Split takes the inputs from n on out of a chunk, as a chunk of their own.
	Split func(ch *chunk.Chunk, n int) *chunk.Chunk
	Limit int // crashes that one input may cause, 0 for the default
	Quota int // suspects that may execute at once while fresh inputs wait
}

// Backlog is that of one run. Its methods are safe for concurrent use and never block.
type Backlog struct {
	Config
	ready    atomic.Int32 // dueRetries, returned and crashed, to be read without the lock
	crashers atomic.Int32 // crashed, likewise
	suspects atomic.Int32 // waiting suspects, likewise
	stricken atomic.Int32 // inputs that crashed and are not settled, likewise

	mu         sync.Mutex
	crashed    []*chunk.Task  // once: ahead of everything, so that a poison shows early
	dueRetries []*chunk.Task  // whose time has come
	returned   []*chunk.Chunk // claimed, not begun
	suspect    []*chunk.Task  // have crashed twice
	running    int            // suspects in containers
	waiting    retries
	timer      *time.Timer
	timerAt    time.Duration
	ledger     *policy.Ledger
	aside      []*chunk.Task // unsettled when the run ended
	closed     bool
}

// Init makes it ready for use.
func (b *Backlog) Init(cfg Config) {
	b.Config = cfg
	b.ledger = policy.NewLedger(cfg.Limit)
}

// Alone reports that an input waits which must be executed by itself.
func (b *Backlog) Alone() bool { return b.crashers.Load() > 0 || b.suspects.Load() > 0 }

// Any reports that a container could take something.
func (b *Backlog) Any() bool { return b.ready.Load() > 0 || b.suspects.Load() > 0 }

// Ready is how many inputs, or chunks of them, could be taken by anybody.
func (b *Backlog) Ready() int { return int(b.ready.Load()) }

// Suspects is how many suspects wait.
func (b *Backlog) Suspects() int { return int(b.suspects.Load()) }

// Stricken is how many inputs have crashed and are not settled.
func (b *Backlog) Stricken() int { return int(b.stricken.Load()) }

// Return takes inputs that a container has claimed and not begun. They are not charged for
// anything. A nil chunk is none.
func (b *Backlog) Return(ch *chunk.Chunk) {
	if ch == nil {
		return
	}
	b.mu.Lock()
	if t := ch.Task; t != nil && t.Suspect {
		b.release(t)
		b.suspects.Add(1)
		t.Suspect = true
		b.suspect = append(b.suspect, t)
	} else {
		b.returned = append(b.returned, ch)
		b.ready.Add(1)
	}
	b.mu.Unlock()
	b.Wake()
}

// Again takes an input that was begun, not settled, and is to be executed anew as if it had
// not been begun.
func (b *Backlog) Again(t *chunk.Task) {
	b.mu.Lock()
	b.release(t)
	b.dueRetries = append(b.dueRetries, t)
	b.ready.Add(1)
	b.mu.Unlock()
	b.Wake()
}

// Retry has the input wait until due, on the run's clock.
func (b *Backlog) Retry(t *chunk.Task, due time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.release(t)
	t.Due = due
	heap.Push(&b.waiting, t)
	b.arm()
}

// Charge charges the input with a crash and returns what that makes of it. In a crash loop
// it is not charged, but has to wait like a suspect: a poison must not be what every canary
// is tried with.
func (b *Backlog) Charge(t *chunk.Task, looping bool) policy.Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.release(t)
	if looping {
		return policy.StatusSuspect
	}
	if !t.Charged {
		t.Charged = true
		b.stricken.Add(1)
	}
	return b.ledger.Strike(t.Index)
}

// Rerun has the input run again, as its status demands.
func (b *Backlog) Rerun(t *chunk.Task, status policy.Status) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if status == policy.StatusSuspect {
		t.Suspect, t.Mark = true, b.Progress()
		b.suspect = append(b.suspect, t)
		b.suspects.Add(1)
	} else {
		b.crashed = append(b.crashed, t)
		b.crashers.Add(1)
		b.ready.Add(1)
	}
	b.Wake()
}

// Cleared forgets the crashes of an input that is settled.
func (b *Backlog) Cleared(t *chunk.Task) {
	if !t.Charged && !t.Suspect {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.release(t)
	if t.Charged {
		t.Charged = false
		b.ledger.Cleared(t.Index)
		b.stricken.Add(-1)
	}
}

// release counts a suspect as out of its container.
func (b *Backlog) release(t *chunk.Task) {
	if t.Suspect {
		t.Suspect = false
		b.running--
	}
}

// Remove takes out an input that nobody wants any more, if it waits for another attempt.
func (b *Backlog) Remove(t *chunk.Task) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case without(&b.crashed, t):
		b.crashers.Add(-1)
		b.ready.Add(-1)
	case without(&b.dueRetries, t):
		b.ready.Add(-1)
	case without(&b.suspect, t):
		b.suspects.Add(-1)
		t.Suspect = false
	default:
		at := slices.Index(b.waiting, t)
		if at < 0 {
			return false
		}
		heap.Remove(&b.waiting, at)
	}
	return true
}

func without[T comparable](list *[]T, v T) bool {
	at := slices.Index(*list, v)
	if at >= 0 {
		*list = slices.Delete(*list, at, at+1)
	}
	return at >= 0
}

// Count is the number of inputs that wait for another attempt.
func (b *Backlog) Count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.crashed) + len(b.dueRetries) + len(b.suspect) + len(b.waiting)
}
