package gate

import (
	"container/heap"
	"slices"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// How inputs wait aside, and which of them is next. Whoever calls these holds the lock.

// park has an input wait for what keeps it. The caller holds the lock.
func (a *Aside) park(waits entry, v verdict) {
	e := &waits
	e.holds = e.key != nil && e.key.holder == holder{a.run, e.ch.Lo}
	if e.retry {
		a.begun++
	}
	switch v {
	case byKey:
		q := a.queues[e.key]
		if q == nil {
			q = &queue{a: a, key: e.key}
			a.queues[e.key] = q
			if e.key != nil {
				e.key.waits = append(e.key.waits, q)
			}
		}
		q.push(e)
		a.held++
	case byWeight:
		e.hold(+1)
		at := len(a.heavy)
		for at > 0 && e.before(a.heavy[at-1]) {
			at--
		}
		if at == 0 {
			a.passed = 0
		}
		a.heavy = slices.Insert(a.heavy, at, e)
	}
}

// Next takes an input that waits and may begin now, only one that was begun before if retries says so.
func (a *Aside) Next(retries bool) (*chunk.Chunk, Pass) {
	if !a.looks.Load() {
		return nil, Pass{}
	}
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	defer a.count()
	for {
		e, at := a.candidate()
		if e == nil || (retries && !e.retry) {
			return nil, Pass{}
		}
		a.take(e, at)
		p, v := a.try(e, at == 0)
		if v == admitted {
			if at == inQueue {
				a.rest(e.key)
			}
			if at != 0 {
				a.passes()
			}
			return e.ch, p
		}
		a.park(*e, v)
		if at == inQueue && v == byWeight {
			a.rest(e.key) // the next may have room
		}
	}
}

// inQueue says that an input waits for its key, and does not stand in the list of those that wait for room.
const inQueue = -1

// candidate is the first of those that may be able to begin, and where it waits.
func (a *Aside) candidate() (first *entry, at int) {
	at = inQueue
	if len(a.ready) > 0 {
		first = a.ready[0].first()
	}
	if !a.roomy {
		return first, at
	}
	for i, e := range a.heavy {
		if i > 0 && a.passed >= a.l.Passes {
			break
		}
		if a.l.fits(e.ch.Weight) && (first == nil || e.before(first)) {
			return e, i
		}
	}
	if first == nil {
		a.roomy = false
	}
	return first, at
}

// take takes it out. The queue that it was in is not ready any more: see rest.
func (a *Aside) take(e *entry, at int) {
	if e.retry {
		a.begun--
	}
	if at != inQueue {
		a.heavy = slices.Delete(a.heavy, at, at+1)
		if at == 0 {
			a.passed = 0
		}
		e.hold(-1)
		return
	}
	q := heap.Pop(&a.ready).(*queue)
	q.ready = false
	q.pop()
	a.held--
	a.dropIfEmpty(q)
}

// dropIfEmpty forgets a queue.
func (a *Aside) dropIfEmpty(q *queue) {
	if q.len() == 0 {
		delete(a.queues, q.key)
		q.key.forget(q)
	}
}

// rest has what is left in the queue of a key looked at.
func (a *Aside) rest(k *Key) {
	if q := a.queues[k]; q != nil {
		q.wake()
	}
}

// roomier is told that there is more room, and reports whether something waits for that.
func (a *Aside) roomier() bool {
	a.roomy = len(a.heavy) > 0
	a.count()
	return a.roomy
}

// mostHeavy is how many inputs wait for room at least before it is given up to look for one that is light enough.
const mostHeavy = 64

// count notes what others read without the lock.
func (a *Aside) count() {
	a.looks.Store(len(a.ready) > 0 || (a.roomy && len(a.heavy) > 0))
	a.blocked.Store(len(a.heavy) > 0 && (a.l.used >= a.l.Capacity || a.passed >= a.l.Passes || len(a.heavy) >= max(mostHeavy, 2*a.l.Passes)))
}
