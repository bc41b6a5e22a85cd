package engine

import (
	"container/heap"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/policy"
)

// hedger has slow attempts raced by second ones, in a run that has hedges. Each input is a task there from its first
// begin on, and a claim is one input.
//
// Who executes an attempt is in its race until the attempt has come to some end, and is taken out under the
// hedger's lock before the worker begins anything else. So whoever finds a worker there may cancel what it executes.
type hedger struct {
	policy.Hedge
	hedging

	ready    atomic.Int32 // races that a worker may join now
	flying   atomic.Int32 // second attempts that are taken
	begun    atomic.Int64 // second attempts
	won      atomic.Int64 // of them, those that were first to succeed
	inFlight atomic.Int32 // attempts

	mu     sync.Mutex
	waits  races   // until they are due
	due    []*race // in that order
	timer  *time.Timer
	recent latencies
	over   bool
	held   bool  // a second attempt has ended just now: its first may end in this moment, and others
	wakes  []int // the lineages whose inputs somebody is to come for, once the lock is free
}

// hedging is what a hedger has to know of its run.
type hedging struct {
	now   func() time.Duration
	wake  func(lineage int)      // has somebody come who is of another one
	tell  func(*chunk.Task)      // that a second attempt of an input begins
	lost  error                  // the cause with which the slower attempt ends
	may   func(*chunk.Task) bool // the limits let a second attempt begin; nil: there are none
	total time.Duration          // of all attempts of an input; 0: any
	free  *chunk.FreeList
}

func newHedger(h policy.Hedge, of hedging) *hedger {
	return &hedger{Hedge: h.WithDefaults(), hedging: of}
}

// begin notes that an attempt begins.
func (h *hedger) begin(w runner, ch *chunk.Chunk, now time.Duration) {
	if ch.Task == nil {
		ch.Task = ch.Untried(0)
	}
	h.inFlight.Add(1)
	h.mu.Lock()
	defer h.unlock()
	x, which := raceOf(ch.Task)
	if which == secondAttempt {
		x.taken = false
	} else {
		x = &race{task: ch.Task, where: notThere}
		if h.total > 0 && x.task.Deadline == 0 {
			x.task.Deadline = now + h.total
		}
		ch.Task = x.enter(firstAttempt)
		x.task.Race = x
	}
	x.runners[which], x.began[which] = w, now
	switch {
	case which == firstAttempt:
		h.watch(x)
	case x.over:
		w.cutOff(h.lost)
	default:
		h.begun.Add(1)
		h.tell(x.task)
	}
}

// watch has a race become due, if its input may have a second attempt. The caller holds the lock.
func (h *hedger) watch(x *race) {
	after := h.after()
	if after == 0 || x.task.Hedged || x.task.Crashes > 0 || h.over {
		return
	}
	x.at = x.began[firstAttempt] + after
	heap.Push(&h.waits, x)
	if x.where == 0 { // else the timer is early enough
		h.arm()
	}
}

// after is how long the first attempt is given; 0 while that is not known. The caller holds the lock.
func (h *hedger) after() time.Duration {
	if h.After > 0 {
		return h.After
	}
	return h.recent.quantile(h.Quantile)
}

// arm sets the timer to the race that is due first. The caller holds the lock.
func (h *hedger) arm() {
	if len(h.waits) == 0 || h.over {
		return
	}
	wait := h.waits[0].at - h.now()
	if h.timer == nil {
		h.timer = time.AfterFunc(wait, h.fire)
	} else {
		h.timer.Reset(wait)
	}
}

// fire has somebody come for the races that are due.
func (h *hedger) fire() {
	h.mu.Lock()
	defer h.unlock()
	for now := h.now(); len(h.waits) > 0 && h.waits[0].at <= now; {
		h.due = append(h.due, heap.Pop(&h.waits).(*race))
	}
	h.arm()
	h.call()
}

// count notes how many races may be joined now. The caller holds the lock.
func (h *hedger) count() int {
	n := max(min(len(h.due), h.Most(int(h.inFlight.Load()))-int(h.flying.Load())), 0)
	if h.over || h.held {
		n = 0
	}
	h.ready.Store(int32(n))
	return n
}

// call has somebody come for each race that may be joined. The caller holds the lock.
func (h *hedger) call() {
	for _, x := range h.due[:h.count()] {
		h.wakes = append(h.wakes, x.runners[firstAttempt].lineage())
	}
}

// unlock wakes those who are called, without the lock.
func (h *hedger) unlock() {
	wakes := h.wakes
	h.wakes = nil
	h.mu.Unlock()
	for _, lineage := range wakes {
		h.wake(lineage)
	}
}

// hold has no further second attempt begin in this moment: with those whose second attempts end now there may be others
// that end, of whom nobody has heard yet. The caller holds the lock.
func (h *hedger) hold() {
	if h.held || len(h.due) == 0 || h.over {
		return
	}
	h.held = true
	time.AfterFunc(time.Microsecond, func() {
		h.mu.Lock()
		defer h.unlock()
		h.held = false
		h.call()
	})
}

// stop is the end of the run: no second attempt begins any more.
func (h *hedger) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	for _, x := range h.waits {
		x.where = notThere
	}
	h.due, h.waits = nil, nil
	h.count()
	if h.timer != nil {
		h.timer.Stop()
	}
}

// has reports that a lineage may join a race: another one's.
func (h *hedger) has(lineage int) bool {
	if h.ready.Load() == 0 {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.find(lineage) >= 0
}

// find is the position of the first race that a lineage may join, -1 for none. The caller holds the lock.
func (h *hedger) find(lineage int) int {
	if h.count() == 0 {
		return -1
	}
	return slices.IndexFunc(h.due, func(x *race) bool {
		return x.runners[firstAttempt].lineage() != lineage && (h.may == nil || h.may(x.task))
	})
}

// take is a second attempt for a lineage; nil for none.
func (h *hedger) take(lineage int) *chunk.Chunk {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := h.find(lineage)
	if at < 0 {
		return nil
	}
	x := h.due[at]
	h.due = slices.Delete(h.due, at, at+1)
	x.taken, x.task.Hedged = true, true
	h.flying.Add(1)
	h.count()
	return h.free.Attempt(x.enter(secondAttempt))
}

// extra is how many attempts there are, or may be, beside one for each input.
func (h *hedger) extra() int { return int(h.ready.Load() + h.flying.Load()) }
