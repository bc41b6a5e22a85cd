package event

import (
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/conc/panics"

	"github.com/longshore-go/longshore/internal/guard"
)

// feed is the way to one observer: a queue that grows as it has to, up to a limit. (A channel
// has room for all at once, a quarter of a megabyte, which a short run has no use for.)
type feed struct {
	observer Observer
	wants    map[Kind]bool
	limit    int                  // of the queue, in events
	reserve  int                  // room besides, for the ends of containers
	failed   func(*ObserverError) // told once
	told     sync.Once
	wakeup   chan struct{} // of the goroutine that passes events
	done     chan struct{} // closed when it has ended
	dropped  atomic.Int64
	late     atomic.Bool // nobody waits for the observer any more

	// Of the goroutine that passes events.
	batch []Event
	next  int // in batch

	mu     sync.Mutex
	queue  []Event
	asleep bool
	closed bool        // to all but the failure of another observer
	over   bool        // nobody passes events any more
	alarm  *time.Timer // wakes it for what comes in numbers
}

// How far an observer may lag behind before events are dropped: this far, or so many
// events for each container, since all of them may start in one moment, and end in one.
const (
	eventQueue         = 4096
	eventsPerContainer = 4
	endReserve         = 512  // for the ends of containers, or as many for each as above
	lastReserve        = 1024 // for what is told last, see Kind.last
)

// What comes in numbers does not wake the observer at once: a wake for each takes a third of
// a core from the work where containers are as many as cores.
const (
	bulkDelay = 10 * time.Millisecond
	bulkBatch = 1024 // events
)

func newFeed(o Observer, wants map[Kind]bool, containers int) *feed {
	return &feed{
		observer: o, wants: wants,
		limit: max(eventQueue, eventsPerContainer*containers), reserve: max(endReserve, eventsPerContainer*containers),
		wakeup: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

// room is how long the queue may be for an event to be added.
func (f *feed) room(kind Kind) int {
	switch {
	case kind.bulk():
		return f.limit / 2
	case kind.last():
		return f.limit + f.reserve + lastReserve
	case kind.ends():
		return f.limit + f.reserve
	}
	return f.limit
}

// put queues an event.
func (f *feed) put(ev Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.over || f.closed && ev.Kind != ObserverFailed:
	case len(f.queue) >= f.room(ev.Kind):
		f.dropped.Add(1)
	default:
		f.queue = append(f.queue, ev)
		if !ev.Kind.bulk() || len(f.queue) >= bulkBatch {
			f.wake()
		} else if f.asleep && len(f.queue) == 1 {
			f.wakeLater()
		}
	}
}

// wakeLater is wake in a while. The caller holds mu.
func (f *feed) wakeLater() {
	if f.alarm == nil {
		f.alarm = time.AfterFunc(bulkDelay, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.wake()
		})
	} else {
		f.alarm.Reset(bulkDelay)
	}
}

// wake wakes the goroutine that passes events. The caller holds mu; the channel has room for the
// one that is asleep.
func (f *feed) wake() {
	if f.asleep {
		f.asleep = false
		f.wakeup <- struct{}{}
	}
}

// close takes no more events.
func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	if f.alarm != nil {
		f.alarm.Stop()
	}
	f.wake()
}

// join waits until the observer has seen what was queued, if it is not late yet, and reports
// whether it is. What it has not seen then is dropped, but for ends.
func (f *feed) join(timer <-chan time.Time, late bool) bool {
	if !late {
		select {
		case <-f.done:
			return false
		case <-timer:
		}
	}
	f.late.Store(true)
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.queue)
	f.queue = slices.DeleteFunc(f.queue, func(ev Event) bool { return !ev.Kind.ends() })
	f.dropped.Add(int64(n - len(f.queue)))
	return true
}

// pass tells the observer of what is queued, until it is closed and empty. Where the observer calls
// runtime.Goexit, as a failed assertion does, another goroutine goes on.
func (f *feed) pass() {
	left := true
	defer func() {
		if left {
			f.leave()
			go f.pass()
			return
		}
		close(f.done)
	}()
	for f.take() {
		for f.next < len(f.batch) {
			f.next++
			f.show(f.batch[f.next-1])
		}
	}
	left = false
}

// take waits for events and takes all that are queued; false at the end. The batch before is
// the queue's again.
func (f *feed) take() bool {
	if f.next < len(f.batch) {
		return true // left behind by a goroutine that has ended
	}
	clear(f.batch)
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.queue) == 0 {
		if f.closed {
			f.over = true
			return false
		}
		f.asleep = true
		f.mu.Unlock()
		<-f.wakeup
		f.mu.Lock()
	}
	f.batch, f.queue, f.next = f.queue, f.batch[:0], 0
	return true
}

func (f *feed) show(ev Event) {
	if f.late.Load() && !ev.Kind.ends() {
		f.dropped.Add(1)
		return
	}
	ev.Dropped = f.dropped.Load()
	defer func() { // and not panics.Try, whose closure is an allocation for each event
		if value := recover(); value != nil {
			caught := panics.NewRecovered(1, value)
			f.lose(failed(f.observer, &guard.Failure{Panic: &caught}), ev.Kind)
		}
	}()
	f.observer.Observe(ev)
}

// leave is the end of the goroutine that passes events, by the observer.
func (f *feed) leave() {
	err := failed(f.observer, &guard.Failure{Goexit: true})
	err.Stack = string(debug.Stack())
	f.lose(err, f.batch[f.next-1].Kind)
}

// note counts a call by which the observer was to be told something else than an event.
func (f *feed) note(failure *guard.Failure) {
	if failure != nil {
		f.lose(failed(f.observer, failure), "")
	}
}

// lose counts an event that the observer was told of in vain.
func (f *feed) lose(err *ObserverError, told Kind) {
	err.Told = told
	f.dropped.Add(1)
	f.told.Do(func() { f.failed(err) })
}
