package supervisor

import (
	"sync"
	"sync/atomic"
	"time"
)

// feed is the way to one observer: a queue that grows as it has to, up to a limit. (A channel
// has room for all at once, a quarter of a megabyte, which a short run has no use for.)
type feed struct {
	observer Observer
	wants    map[Kind]bool
	limit    int
	bed      chan struct{} // of the goroutine that passes events
	done     chan struct{} // closed when it has ended
	dropped  atomic.Int64
	late     atomic.Bool // nobody waits for the observer any more

	mu     sync.Mutex
	queue  []Event
	asleep bool
	closed bool
	alarm  *time.Timer // wakes it for what comes in numbers
}

// How far an observer may lag behind before events are dropped: this far, or so many
// events for each container, since all of them may start in one moment.
const (
	eventQueue         = 4096
	eventsPerContainer = 4
)

// What comes in numbers does not wake the observer at once: a wake for each takes a third of
// a core from the work where containers are as many as cores.
const (
	bulkDelay = 10 * time.Millisecond
	bulkBatch = 1024 // events
)

func newFeed(o Observer, containers int) *feed {
	f := &feed{
		observer: o, wants: map[Kind]bool{}, limit: max(eventQueue, eventsPerContainer*containers),
		bed: make(chan struct{}, 1), done: make(chan struct{}),
	}
	for _, kind := range kinds {
		f.guard(func() {
			if wants(o, kind) {
				f.wants[kind] = true
			}
		})
	}
	return f
}

// put queues an event. What comes in numbers leaves half of the queue to the rest.
func (f *feed) put(ev Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	limit := f.limit
	if ev.Kind.bulk() {
		limit /= 2
	}
	switch {
	case f.closed:
	case len(f.queue) >= limit:
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

// wake wakes the goroutine that passes events. The caller holds mu.
func (f *feed) wake() {
	if f.asleep {
		f.asleep = false
		f.bed <- struct{}{}
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
// whether it is. What it has not seen then is dropped.
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
	f.dropped.Add(int64(len(f.queue)))
	f.queue = nil
	return true
}

// pass tells the observer of what is queued, until it is closed and empty.
func (f *feed) pass() {
	defer close(f.done)
	left := 0
	defer func() { f.leave(left) }() // also where the observer calls runtime.Goexit
	for batch := f.take(nil); batch != nil; batch = f.take(batch) {
		left = len(batch)
		for _, ev := range batch {
			if f.late.Load() {
				return
			}
			f.show(ev)
			left--
		}
	}
}

// leave counts what nobody will be told of: so many in hand, what is queued, and what is still
// to come.
func (f *feed) leave(left int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.limit = 0
	f.dropped.Add(int64(left + len(f.queue)))
	f.queue = nil
}

// take waits for events and takes all that are queued; nil at the end. The batch before is
// the queue's again.
func (f *feed) take(empty []Event) []Event {
	clear(empty)
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.queue) == 0 {
		if f.closed {
			return nil
		}
		f.asleep = true
		f.mu.Unlock()
		<-f.bed
		f.mu.Lock()
	}
	batch := f.queue
	f.queue = empty[:0]
	return batch
}

func (f *feed) show(ev Event) {
	ev.Dropped = f.dropped.Load()
	f.guard(func() { f.observer.Observe(ev) })
}

func (f *feed) guard(call func()) {
	defer func() {
		if recover() != nil {
			f.dropped.Add(1)
		}
	}()
	call()
}
