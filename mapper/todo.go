package mapper

import (
	"container/heap"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/internal/rules"
)

// todo holds the inputs that are taken, not settled, and in no container: those that
// wait for a retry, re-runs after a crash, and what a container was claimed for and
// did not begin. A waiting input holds a place in the window and nothing else.
type todo[In, Out any] struct {
	e        *engine[In, Out]
	ready    atomic.Int32 // due and left and struck, to be read without the lock
	crashers atomic.Int32 // struck, likewise
	suspects atomic.Int32 // waiting suspects, likewise
	stricken atomic.Int32 // inputs that crashed and are not settled, likewise

	mu      sync.Mutex
	struck  []*record[In, Out] // re-runs: ahead of everything, so that a poison shows early
	due     []*record[In, Out] // retries whose time has come
	left    []*chunk[In, Out]  // claimed, not begun
	suspect []*record[In, Out] // have crashed twice
	lonely  int                // suspects in containers
	waiting retries[In, Out]
	timer   *time.Timer
	timerAt time.Duration
	ledger  *rules.Ledger
	aside   []*record[In, Out] // unsettled when the run ended
	closed  bool
}

func (t *todo[In, Out]) init(e *engine[In, Out]) {
	t.e = e
	t.ledger = rules.NewLedger(e.opts.CrashLimit, e.p.deployed != nil)
}

// alone reports that an input waits which must be executed by itself.
func (t *todo[In, Out]) alone() bool { return t.crashers.Load() > 0 || t.suspects.Load() > 0 }

// any reports that a container could take something.
func (t *todo[In, Out]) any() bool { return t.ready.Load() > 0 || t.suspects.Load() > 0 }

// giveBack takes inputs that a container claimed and did not begin. They are not
// charged for anything.
func (t *todo[In, Out]) giveBack(ch *chunk[In, Out]) {
	if ch == nil {
		return
	}
	t.mu.Lock()
	if rec := ch.rec; rec != nil && rec.suspect {
		t.release(rec)
		t.suspects.Add(1)
		rec.suspect = true
		t.suspect = append(t.suspect, rec)
	} else {
		t.left = append(t.left, ch)
		t.ready.Add(1)
	}
	t.mu.Unlock()
	t.e.wake()
}

// again takes an input that was begun, not settled, and is to be executed anew as if it
// had not been begun.
func (t *todo[In, Out]) again(rec *record[In, Out]) {
	t.mu.Lock()
	t.release(rec)
	t.due = append(t.due, rec)
	t.ready.Add(1)
	t.mu.Unlock()
	t.e.wake()
}

// retry has the input wait until due, on the run's clock.
func (t *todo[In, Out]) retry(rec *record[In, Out], due time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.release(rec)
	rec.due = due
	heap.Push(&t.waiting, rec)
	t.arm()
}

// charge charges the input with a crash and returns what that makes of it. In a crash
// loop it is not charged, but has to wait like a suspect: a poison must not be what
// every canary is tried with.
func (t *todo[In, Out]) charge(rec *record[In, Out], looping bool) rules.Status {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.release(rec)
	if !rec.charged {
		rec.charged = true
		t.stricken.Add(1)
	}
	v := t.ledger.Crash(rec.index, rules.Trial{Certain: true, Control: true, Looping: looping})
	if looping && v.Status != rules.StatusFailed {
		return rules.StatusSuspect
	}
	return v.Status
}

// rerun has the input run again, as its status demands. now is the run's progress.
func (t *todo[In, Out]) rerun(rec *record[In, Out], status rules.Status, now int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if status == rules.StatusSuspect {
		rec.suspect, rec.mark = true, now
		t.suspect = append(t.suspect, rec)
		t.suspects.Add(1)
	} else {
		t.struck = append(t.struck, rec)
		t.crashers.Add(1)
		t.ready.Add(1)
	}
	t.e.wake()
}

// cleared forgets the crashes of an input that is settled.
func (t *todo[In, Out]) cleared(rec *record[In, Out]) {
	if !rec.charged && !rec.suspect {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.release(rec)
	if rec.charged {
		rec.charged = false
		t.ledger.Cleared(rec.index)
		t.stricken.Add(-1)
	}
}

// release counts a suspect as out of its container.
func (t *todo[In, Out]) release(rec *record[In, Out]) {
	if rec.suspect {
		rec.suspect = false
		t.lonely--
	}
}

func (t *todo[In, Out]) strickenCount() int { return int(t.stricken.Load()) }

// remove takes out an input that nobody wants any more, if it waits for another attempt.
func (t *todo[In, Out]) remove(rec *record[In, Out]) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case without(&t.struck, rec):
		t.crashers.Add(-1)
		t.ready.Add(-1)
	case without(&t.due, rec):
		t.ready.Add(-1)
	case without(&t.suspect, rec):
		t.suspects.Add(-1)
		rec.suspect = false
	default:
		at := slices.Index(t.waiting, rec)
		if at < 0 {
			return false
		}
		heap.Remove(&t.waiting, at)
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

// setAside keeps an input that the end of the run leaves unsettled.
func (t *todo[In, Out]) setAside(rec *record[In, Out]) {
	t.mu.Lock()
	t.aside = append(t.aside, rec)
	t.mu.Unlock()
}

// arm sets the timer to the first retry.
func (t *todo[In, Out]) arm() {
	if len(t.waiting) == 0 || t.closed {
		return
	}
	at := t.waiting[0].due
	switch wait := at - t.e.now(); {
	case t.timer == nil:
		t.timer = time.AfterFunc(wait, t.fire)
	case at != t.timerAt:
		t.timer.Reset(wait)
	}
	t.timerAt = at
}

// fire makes the retries ready whose time has come.
func (t *todo[In, Out]) fire() {
	t.mu.Lock()
	now, n := t.e.now(), 0
	for len(t.waiting) > 0 && t.waiting[0].due <= now {
		t.due = append(t.due, heap.Pop(&t.waiting).(*record[In, Out]))
		n++
	}
	t.ready.Add(int32(n))
	t.timerAt = -1
	t.arm()
	t.mu.Unlock()
	for range n {
		t.e.wake()
	}
}

// stop ends the timer: nothing is retried any more.
func (t *todo[In, Out]) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.timer != nil {
		t.timer.Stop()
	}
}

// unsettled returns, once the run is joined, everything that it leaves unsettled.
func (t *todo[In, Out]) unsettled() (recs []*record[In, Out], chunks []*chunk[In, Out]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, list := range [][]*record[In, Out]{t.struck, t.due, t.suspect, t.waiting, t.aside} {
		recs = append(recs, list...)
	}
	for _, ch := range t.left {
		if ch.rec != nil {
			recs = append(recs, ch.rec)
		} else {
			chunks = append(chunks, ch)
		}
	}
	t.struck, t.due, t.suspect, t.waiting, t.aside, t.left = nil, nil, nil, nil, nil, nil // each once
	return recs, chunks
}

// shift takes the first element.
func shift[T any](s *[]T) T {
	var none T
	first := (*s)[0]
	(*s)[0] = none
	*s = (*s)[1:]
	return first
}

// count is the number of inputs that wait for another attempt.
func (t *todo[In, Out]) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.struck) + len(t.due) + len(t.suspect) + len(t.waiting)
}
