package backlog

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/intake"
)

// Config is what a backlog has to know of its run.
type Config struct {
	Run      uint64
	Now      func() time.Duration // the run's clock
	Wake     func(lineage int)    // has somebody come who takes what there is, rather from another lineage
	Source   func() intake.Source // of fresh inputs
	Free     *chunk.FreeList
	Split    func(ch *chunk.Chunk, n int) *chunk.Chunk // takes the inputs from n on out of a chunk
	Control  *Control                                  // of the pool
	Limit    int                                       // crashes that one input may cause, 0 for the default
	Quota    int                                       // struck inputs that may execute at once while fresh ones wait
	Deployed bool
	Lowest   bool                     // probes are the lowest input, and not drawn at random
	InTurn   bool                     // with Lowest: nothing is claimed from the source here, since claims have turns
	Late     func(t *chunk.Task)      // has an input settled whose time was up while it waited
	May      func(t *chunk.Task) bool // an input may begin, as far as others know; nil: it may
	Beside   Beside                   // what waits elsewhere; nil: nothing does
}

// Beside is the inputs that wait beside a backlog, until they may begin.
type Beside interface {
	// Remove takes out an input, if it waits there.
	Remove(t *chunk.Task) bool
	// Tasks is those that were begun before.
	Tasks() []*chunk.Task
}

// Backlog is that of one run. Its methods are safe for concurrent use and never block.
type Backlog struct {
	Config
	fresh  atomic.Int64 // inputs in returned, to be read without the lock
	due    atomic.Int32 // retries in dueRetries, likewise
	crowd  atomic.Int32 // inputs in struck, likewise
	parted atomic.Int32 // inputs in parts, likewise
	timers timers
	firing sync.WaitGroup

	mu         sync.Mutex
	returned   stretches     // fresh: claimed, and not begun
	parts      []*chunk.Task // of failed batches, part after part
	dueRetries []*chunk.Task // whose time has come
	struck     []*chunk.Task // in the order of their last crash
	running    int           // struck inputs in containers
	ledger     *rules.Ledger
	aside      []*chunk.Task // unsettled when the run ended
	stopped    bool          // the run is over
}

// Init makes it ready for use.
func (b *Backlog) Init(cfg Config) {
	b.Config = cfg
	b.ledger = rules.NewLedger(cfg.Limit, cfg.Deployed)
	b.returned.split = cfg.Split
	b.timers.init(b)
}

// nobody is a lineage that no container has.
const nobody = -1

// Any reports that some container might take something.
func (b *Backlog) Any() bool { return b.fresh.Load() > 0 || b.due.Load() > 0 || b.crowd.Load() > 0 }

// Inputs is how many inputs could be taken, by whoever may.
func (b *Backlog) Inputs() int {
	return int(b.fresh.Load()) + int(b.due.Load()) + int(b.crowd.Load()) + int(b.parted.Load())
}

// Batchable is how many could be taken into a batch of whatever there is.
func (b *Backlog) Batchable() int { return int(b.fresh.Load()) + int(b.due.Load()) }

// InReach reports that a fresh input may be begun now.
func (b *Backlog) InReach() bool { return b.fresh.Load() > 0 || b.Source().Waiting() > 0 }

// Return takes inputs that a container has claimed and not begun. They are not charged for
// anything. A nil chunk is none.
func (b *Backlog) Return(ch *chunk.Chunk) {
	if ch == nil {
		return
	}
	b.mu.Lock()
	if t := ch.Task; t != nil {
		b.requeue(t)
		b.Free.Put(ch)
	} else {
		b.returned.add(ch)
		b.fresh.Add(int64(ch.N))
	}
	b.mu.Unlock()
	b.Wake(nobody)
}

// Again takes an input that was begun, not settled, and is to be executed anew as if it had
// not been begun.
func (b *Backlog) Again(t *chunk.Task) {
	b.mu.Lock()
	b.requeue(t)
	lineage := b.firstLineage()
	b.mu.Unlock()
	b.Wake(lineage)
}

// requeue puts a task back where it came from: nothing has become of it. The caller holds the
// lock.
func (b *Backlog) requeue(t *chunk.Task) {
	b.release(t)
	b.queue(t)
}

// queue has an input wait for its turn. The caller holds the lock.
func (b *Backlog) queue(t *chunk.Task) {
	b.timers.limit(t)
	switch {
	case t.Crashes > 0:
		b.queueStruck(t)
	case t.Apart:
		b.queuePart(t)
	default:
		b.dueRetries = append(b.dueRetries, t)
		b.due.Add(1)
	}
}

// queueStruck has an input wait that was in a crash, also if it has failed in another way since:
// in the order of their last crash. The caller holds the lock.
func (b *Backlog) queueStruck(t *chunk.Task) {
	at := len(b.struck)
	for at > 0 && b.struck[at-1].CrashedAt > t.CrashedAt {
		at--
	}
	b.struck = slices.Insert(b.struck, at, t)
	b.wait(+1)
}

// queuePart has an input wait with the others of its part. The caller holds the lock.
func (b *Backlog) queuePart(t *chunk.Task) {
	at, _ := slices.BinarySearchFunc(b.parts, t, func(a, t *chunk.Task) int {
		return cmp.Or(a.Part-t.Part, a.Index-t.Index)
	})
	b.parts = slices.Insert(b.parts, at, t)
	b.parted.Add(1)
}

// wait counts struck inputs that wait: those of a run that is over wait for no control. The
// caller holds the lock.
func (b *Backlog) wait(n int32) {
	b.crowd.Add(n)
	if !b.stopped {
		b.Control.waiting.Add(n)
	}
}

// Retry has the input wait until due, on the run's clock.
func (b *Backlog) Retry(t *chunk.Task, due time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.release(t)
	t.Due, t.Apart = due, false
	b.timers.push(t)
}

// Cleared forgets the crashes of an input that is settled.
func (b *Backlog) Cleared(t *chunk.Task) {
	if t.Crashes == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.release(t)
	t.Crashes = 0
	b.ledger.Cleared(t.Index)
}

// release counts a struck input as out of its container.
func (b *Backlog) release(t *chunk.Task) {
	if t.Running {
		t.Running = false
		b.running--
	}
}

// Remove takes out an input that nobody wants any more, if it waits for another attempt.
func (b *Backlog) Remove(t *chunk.Task) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.remove(t)
}

// remove is Remove. The caller holds the lock.
func (b *Backlog) remove(t *chunk.Task) bool {
	switch {
	case without(&b.struck, t):
		b.wait(-1)
	case without(&b.parts, t):
		b.parted.Add(-1)
	case without(&b.dueRetries, t):
		b.due.Add(-1)
	default:
		return b.timers.remove(t)
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
	return len(b.struck) + len(b.parts) + len(b.dueRetries) + len(b.timers.retries.tasks)
}
