package gate

import (
	"container/heap"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

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
	defer a.count()
	return a.admit(a.entry(ch, retained))
}

// admit has an input begin that nothing of its key waits before, or wait. The caller holds the lock.
func (a *Aside) admit(e entry) (Pass, bool) {
	p, v := Pass{}, byKey
	if q := a.queues[e.key]; e.key == nil || q == nil || e.before(q.first()) {
		p, v = a.try(&e, false)
	}
	if v == admitted {
		a.passes()
	} else {
		a.park(e, v)
	}
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
	e := entry{ch: ch}
	if t := ch.Task; t != nil {
		t.Key, t.Weight = ch.Key, ch.Weight // with the lock: its caller may take it back
		e.retry = t.Attempts > 0
	}
	if ch.Key != "" {
		e.key = a.l.key(ch.Key, a.l.Limit)
		if retained {
			e.key.refs--
		}
		e.holds = e.key.holder == holder{a.run, ch.Lo}
	}
	return e
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
	for turn, e := range a.arrived {
		if e != nil && is(e) {
			e.hold(-1)
			a.arrived[turn] = nil
			return true
		}
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

// Tasks is the inputs that wait here and were begun before.
func (a *Aside) Tasks() (all []*chunk.Task) {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	add := func(e *entry) {
		if e.retry {
			all = append(all, e.ch.Task)
		}
	}
	for _, e := range a.heavy {
		add(e)
	}
	for _, q := range a.queues {
		for _, e := range q.entries[q.head:] {
			add(e)
		}
	}
	return all
}

// Drain returns what waits at the end of the run, and lets go of the keys that it holds.
func (a *Aside) Drain() (all []*chunk.Chunk) {
	a.l.mu.Lock()
	for _, e := range a.heavy {
		all = append(all, e.ch)
		e.hold(-1)
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
