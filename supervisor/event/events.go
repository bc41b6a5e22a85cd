package event

import (
	"reflect"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
)

// Events passes the events of a pool to its observers, to each on a goroutine of its own.
type Events struct {
	function string
	pool     uint64
	feeds    []*feed
	wanted   map[Kind]bool // by any of them
	failure  atomic.Pointer[ObserverError]
}

// NewEvents starts the passing of events of the pool with that number and name to the
// observer, or each of several. A nil observer returns nil, and a nil *Events takes events
// and forgets them. Whoever makes it must Close it.
func NewEvents(observer Observer, pool uint64, function string, containers int) *Events {
	if observer == nil {
		return nil
	}
	e := &Events{function: function, pool: pool, wanted: map[Kind]bool{}}
	var failures []*guard.Failure
	for o := range Each(observer) {
		kinds, failure := wanted(o)
		f := newFeed(o, kinds, containers)
		f.failed = func(err *ObserverError) { e.fail(f, err) }
		e.feeds, failures = append(e.feeds, f), append(failures, failure)
		for kind := range kinds {
			e.wanted[kind] = true
		}
	}
	if len(e.feeds) == 0 {
		return nil
	}
	for i, f := range e.feeds {
		f.note(failures[i])
		go f.pass()
	}
	return e
}

// Wanted reports that some observer is told of events of the kind: what costs something
// to find out need not be found out for nobody.
func (e *Events) Wanted(kind Kind) bool { return e != nil && e.wanted[kind] }

// Emit queues an event, with the pool and, unless it has one, the time filled in, or counts it as dropped where a
// queue is full. It never blocks and is safe for concurrent use; after Close events are
// forgotten.
func (e *Events) Emit(ev Event) {
	if e != nil {
		e.emit(ev, nil)
	}
}

// emit tells all but one of the observers.
func (e *Events) emit(ev Event, but *feed) {
	if !e.wanted[ev.Kind] {
		return
	}
	ev.Function, ev.Pool = e.function, e.pool
	if ev.Time.IsZero() {
		ev.Time = time.Now()
	}
	for _, f := range e.feeds {
		if f != but && f.wants[ev.Kind] {
			f.put(ev)
		}
	}
}

// Tell has each observer told something in another way than by an event, one after the other and
// each under guard: for a second at most. One that does not return from it counts as having lost an
// event.
func (e *Events) Tell(tell func(Observer)) {
	if e == nil {
		return
	}
	for _, f := range e.feeds {
		_, failure := guard.Call(reflect.TypeOf(f.observer), func() struct{} { tell(f.observer); return struct{}{} })
		f.note(failure)
	}
}

// fail tells the other observers of the first failure of one.
func (e *Events) fail(f *feed, err *ObserverError) {
	e.failure.CompareAndSwap(nil, err)
	e.emit(Event{Kind: ObserverFailed, Container: -1, Lineage: -1, Input: NoInput, Err: err}, f)
}

// Failure is the first failure of an observer, nil if there was none.
func (e *Events) Failure() *ObserverError {
	if e == nil {
		return nil
	}
	return e.failure.Load()
}

// Dropped is the number of events that observers were too slow for, or lost by panicking.
func (e *Events) Dropped() int64 {
	if e == nil {
		return 0
	}
	var n int64
	for _, f := range e.feeds {
		n += f.dropped.Load()
	}
	return n
}

// Close ends the passing and waits, at most for grace, until the observers have seen
// what was queued. One that is late is told of the ends that are queued all the same, and of
// nothing else.
func (e *Events) Close(grace time.Duration) {
	if e == nil {
		return
	}
	for _, f := range e.feeds {
		f.close()
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	late := false
	for _, f := range e.feeds {
		late = f.join(timer.C, late)
	}
}
