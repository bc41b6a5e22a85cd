package gate

import (
	"container/heap"
	"slices"
)

// before is the order in which inputs begin that may: those that were begun before, or that their key is held by, since
// nothing else of it begins.
func (e *entry) before(o *entry) bool {
	if e.first() != o.first() {
		return e.first()
	}
	return e.ch.Lo < o.ch.Lo
}

func (e *entry) first() bool { return e.retry || e.holds }

func (q *queue) first() *entry { return q.entries[q.head] }

func (q *queue) len() int { return len(q.entries) - q.head }

// hold has the key of an input kept in use, which waits for something else.
func (e *entry) hold(n int) {
	if e.key != nil {
		e.key.refs += n
	}
}

// push adds an input in its place, which is nearly always the last.
func (q *queue) push(e *entry) {
	at := len(q.entries)
	for at > q.head && e.before(q.entries[at-1]) {
		at--
	}
	q.entries = slices.Insert(q.entries, at, e)
	if q.ready && at == q.head {
		heap.Fix(&q.a.ready, slices.Index(q.a.ready, q)) // it may be the first now
	}
}

// pop takes out the first. The queue is not among those that are ready.
func (q *queue) pop() {
	q.entries[q.head] = nil
	q.head++
	if q.head > 32 && q.head > len(q.entries)/2 {
		q.entries = slices.Delete(q.entries, 0, q.head)
		q.head = 0
	}
}

// wake has it looked at.
func (q *queue) wake() {
	if !q.ready && q.len() > 0 {
		q.ready = true
		heap.Push(&q.a.ready, q)
		q.a.count()
	}
}

func (h queues) Len() int { return len(h) }

func (h queues) Less(i, j int) bool { return h[i].first().before(h[j].first()) }

func (h queues) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *queues) Push(x any) { *h = append(*h, x.(*queue)) }

func (h *queues) Pop() any {
	last := len(*h) - 1
	q := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return q
}
