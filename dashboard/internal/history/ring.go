package history

import (
	"iter"
	"slices"
)

// ring keeps the latest of many. It takes no more room than what was put into it.
type ring[T any] struct {
	items []T
	limit int
	next  int // where the next one goes, once it is full
	total int // ever put
}

func (r *ring[T]) put(item T) {
	r.total++
	if len(r.items) < r.limit {
		r.items = append(r.items, item)
		return
	}
	r.items[r.next] = item
	r.next = (r.next + 1) % r.limit
}

// full reports that the next one takes the place of another.
func (r *ring[T]) full() bool { return len(r.items) >= r.limit }

// oldest is the one whose place the next one takes; the ring is full.
func (r *ring[T]) oldest() T { return r.items[r.next] }

// latest yields what is kept, the latest first.
func (r *ring[T]) latest() iter.Seq[T] {
	return func(yield func(T) bool) {
		n := len(r.items)
		for i := range n {
			if !yield(r.items[(r.next+n-1-i)%n]) {
				return
			}
		}
	}
}

// inOrder is a copy of what is kept, the oldest first.
func (r *ring[T]) inOrder() []T {
	n := len(r.items)
	if n < r.limit {
		return append(make([]T, 0, n), r.items...)
	}
	return append(append(make([]T, 0, n), r.items[r.next:]...), r.items[:r.next]...)
}

// shrink keeps the latest n, and no room for more.
func (r *ring[T]) shrink(n int) {
	all := r.inOrder()
	r.items, r.limit, r.next = slices.Clone(all[max(len(all)-n, 0):]), n, 0
}
