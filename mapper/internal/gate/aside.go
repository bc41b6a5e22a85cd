package gate

import (
	"container/heap"
	"slices"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Aside is the inputs of one run that are claimed and may not begin yet. They hold no container. A queue for each key has
// those that wait for it, and one list those that wait for room.
type Aside struct {
	l   *Limits
	run uint64

	looks   atomic.Bool // something may be able to begin
	blocked atomic.Bool // nothing fresh could begin

	// With the lock of the limits.
	queues map[*Key]*queue
	ready  queues
	heavy  []*entry // in the order in which they begin
	passed int      // inputs that have begun since the first of them waits
	roomy  bool     // there may be room for one of them
	held   int      // in queues
	begun  int      // of all, those that were begun before

	next, turn uint64 // of those that were claimed, in their order
	arrived    map[uint64]*entry
}

// Ready reports that an input that waits may be able to begin.
func (a *Aside) Ready() bool { return a.looks.Load() }

// Blocked reports that it is of no use to claim an input.
func (a *Aside) Blocked() bool { return a.blocked.Load() }

// Held is how many inputs wait for their key, how many for room, and how many of them were begun before.
func (a *Aside) Held() (keys, weights, begun int) {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	return a.held, len(a.heavy), a.begun
}

// Admit has an input begin, or wait here if it may not. retained says that its key was.
func (a *Aside) Admit(ch *chunk.Chunk, retained bool) (Pass, bool) {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	e := a.entry(ch, retained)
	p, v := Pass{}, byKey
	if q := a.queues[e.key]; e.key == nil || q == nil || e.before(q.first()) {
		p, v = a.try(&e, false)
	}
	if v == admitted {
		a.passes()
	} else {
		a.park(e, v)
	}
	a.count()
	return p, v == admitted
}

// Try is Admit for one that waits elsewhere if it may not, and passes whatever waits for room here.
func (a *Aside) Try(ch *chunk.Chunk, retained bool) (Pass, bool) {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	e := a.entry(ch, retained)
	p, v := a.try(&e, true)
	return p, v == admitted
}

// Force is Admit for one that begins in any case.
func (a *Aside) Force(ch *chunk.Chunk, retained bool) Pass {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	e := a.entry(ch, retained)
	p := Pass{key: e.key, weight: ch.Weight}
	if e.key != nil {
		p.Trial = e.key.begin(holder{a.run, ch.Lo}, time.Now())
	}
	a.l.used += p.weight
	return p
}

// passes counts an input that has passed those that wait for room. The caller holds the lock.
func (a *Aside) passes() {
	if len(a.heavy) > 0 {
		a.passed++
	}
}

// entry is what waits of a chunk of one.
func (a *Aside) entry(ch *chunk.Chunk, retained bool) entry {
	e := entry{ch: ch, retry: ch.Task != nil && ch.Task.Attempts > 0}
	if ch.Key != "" {
		e.key = a.l.key(ch.Key, a.l.Limit)
		if retained {
			e.key.refs--
		}
	}
	return e
}

// park has an input wait for what keeps it. The caller holds the lock.
func (a *Aside) park(waits entry, v verdict) {
	e := &waits
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
		if e.key != nil {
			e.key.refs++
		}
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
		if a.l.used+e.ch.Weight <= a.l.Capacity && (first == nil || e.before(first)) {
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
		if e.key != nil {
			e.key.refs--
		}
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

// Remove takes out the input of a task, if it waits here.
func (a *Aside) Remove(t *chunk.Task) bool {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	defer a.count()
	is := func(e *entry) bool { return e.ch.Task == t }
	if at := slices.IndexFunc(a.heavy, is); at >= 0 {
		a.take(a.heavy[at], at)
		return true
	}
	q := a.queues[a.l.keys[t.Key]]
	if q == nil {
		return false
	}
	at := slices.IndexFunc(q.entries[q.head:], is)
	if at < 0 {
		return false
	}
	if q.ready {
		a.ready = slices.DeleteFunc(a.ready, func(o *queue) bool { return o == q })
		heap.Init(&a.ready)
		q.ready = false
	}
	if q.entries[q.head+at].retry {
		a.begun--
	}
	q.entries = slices.Delete(q.entries, q.head+at, q.head+at+1)
	a.held--
	q.wake()
	a.dropIfEmpty(q)
	return true
}

// Drain returns what waits at the end of the run, and lets go of the keys that it holds.
func (a *Aside) Drain() (all []*chunk.Chunk) {
	a.l.mu.Lock()
	for _, e := range a.heavy {
		all = append(all, e.ch)
		if e.key != nil {
			e.key.refs--
		}
	}
	for k, q := range a.queues {
		for _, e := range q.entries[q.head:] {
			all = append(all, e.ch)
		}
		k.forget(q)
	}
	a.heavy, a.queues, a.ready, a.held, a.begun = nil, map[*Key]*queue{}, nil, 0, 0
	a.count()
	delete(a.l.asides, a)
	for _, k := range a.l.keys {
		if k.holder.run == a.run {
			k.holder = holder{}
			a.l.freed(k)
		}
	}
	a.l.mu.Unlock()
	a.l.Wake()
	return all
}
